"""Networks written for other software, and read from it."""

from __future__ import annotations

import re
from pathlib import Path

from kneebayes.exchange.bif import read_bif, write_bif
from kneebayes.exchange.plain import PlainNode, build, plain_nodes, same_tables
from kneebayes.exchange.problems import ExchangeError, Problems
from kneebayes.exchange.side_table import (
    NetworkFile,
    read_side_table,
    side_table,
    side_table_path,
)
from kneebayes.exchange.strict_json import write_json
from kneebayes.exchange.xdsl import read_xdsl, write_xdsl
from kneebayes.exchange.xmlbif import read_xmlbif, write_xmlbif
from kneebayes.network import Network

__all__ = ["SUFFIXES", "read_network", "read_network_file", "write_network"]

SUFFIXES = (".xmlbif", ".bif", ".xdsl", ".json")
ALSO_READ = {".bifxml": ".xmlbif", ".xml": ".xmlbif"}  # pyAgrum's and Weka's suffixes of XMLBIF
LARGEST = 20_000_000
CLOSE = 1e-12
ALLOWED = {
    ".bif": re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*"),
    ".xdsl": re.compile(r"[A-Za-z][A-Za-z0-9_]*"),
    ".xmlbif": re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]*[^\s\x00-\x1f])?"),
}


def write_network(file: NetworkFile | Network, path: str | Path) -> Path:
    """Write a network; the suffix says how. What is written is read back before this returns.

    Parameters
    ----------
    file
        The network, with or without labels.
    path
        Ends in ``.xmlbif``, ``.bif`` or ``.xdsl``; then labels and noisy-OR structure stand
        in a second file beside it, of the same name with ``.labels.json`` after it. Or ends
        in ``.json``, which holds everything.

    Returns
    -------
    Path
        The main file.

    Raises
    ------
    ExchangeError
        If the suffix is another, a name cannot stand in the format, or what is read back
        differs.

    Notes
    -----
    Other programs read the main file alone. In it a noisy-OR of more than three parents is a
    chain of nodes named ``<id>__<number>``, each of which is present if the one before is, or
    if the next parent produces it; the posteriors of all other nodes are the same.

    Examples
    --------
    >>> import tempfile
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_network(write_network(net, f"{folder}/net.xmlbif")) == net
    True
    """
    path = Path(path)
    file = NetworkFile(file) if isinstance(file, Network) else file
    problems = Problems(f"'{path.name}'")
    if path.suffix not in SUFFIXES:
        problems.stop("name", *_suffix_problem(path, "saved as", SUFFIXES))
    if path.suffix == ".json":
        write_json(side_table(file, tables=True), path)
    else:
        nodes = plain_nodes(file.network)
        _check_names(nodes, path.suffix, problems)
        path.write_text(_written(nodes, file, path.suffix), encoding="utf-8", newline="\n")
        write_json(side_table(file, tables=False), side_table_path(path))
    if read_network_file(path).network != file.network:
        problems.stop("content", "it does not give back what was written.")
    return path


def _written(nodes: list[PlainNode], file: NetworkFile, suffix: str) -> str:
    name = file.about.get("title", "unknown")
    if suffix == ".bif":
        return write_bif(nodes, name)
    if suffix == ".xdsl":
        return write_xdsl(nodes, name, {node.id: file.label(node.id) for node in nodes})
    return write_xmlbif(nodes, name)


def _check_names(nodes: list[PlainNode], suffix: str, problems: Problems) -> None:
    """Names that the format cannot hold; a step of a chain must not take a name that is there."""
    for node in nodes:
        for name in (node.id, *node.states):
            if not ALLOWED[suffix].fullmatch(name):
                wrong = f"the name '{name}' cannot stand in {suffix}."
                problems.add(node.id, wrong, "Save as .json, or as .xmlbif if it has a space.")
    ids = [node.id for node in nodes]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        problems.add(id, "a step of a noisy-OR would take this name.", "Rename the node.")
    problems.raise_any()


def read_network(path: str | Path) -> Network:
    """The network of a file; see :func:`read_network_file`."""
    return read_network_file(path).network


def read_network_file(path: str | Path) -> NetworkFile:
    """Read a network of this or of other software, with what its nodes are called.

    Parameters
    ----------
    path
        Ends in ``.xmlbif`` (or ``.bifxml``, ``.xml``), ``.bif``, ``.xdsl`` or ``.json``. If
        there is a ``.labels.json`` beside it, labels and noisy-OR structure are restored from
        there; otherwise every node is read as a plain table.

    Raises
    ------
    ExchangeError
        If something is wrong with the file, all of which is told; or if the ``.labels.json``
        does not belong to it.
    """
    path = Path(path)
    problems = Problems(f"'{path.name}'")
    suffix = ALSO_READ.get(path.suffix, path.suffix)
    if suffix not in SUFFIXES:
        problems.stop("name", *_suffix_problem(path, "read from", (*SUFFIXES, *ALSO_READ)))
    if suffix == ".json":
        return read_side_table(path, problems)
    text = _text(path, problems)
    labels: dict[str, str] = {}
    if suffix == ".bif":
        nodes = read_bif(text, problems)
    elif suffix == ".xdsl":
        nodes, labels = read_xdsl(text, problems)
    else:
        nodes = read_xmlbif(text, problems)
    problems.raise_any()
    beside = side_table_path(path)
    if beside.is_file():
        return _restored(nodes, beside)
    network = build(nodes, problems)
    return NetworkFile(network, {node.id: labels.get(node.id, node.id) for node in network.nodes})


def _restored(nodes: list[PlainNode], beside: Path) -> NetworkFile:
    """The network of the side table, if it says what the main file says."""
    problems = Problems(f"'{beside.name}'")
    remedy = "Delete it to read the main file as plain tables."
    try:
        file = read_side_table(beside, problems, {node.id: node for node in nodes})
    except ExchangeError as error:
        source = f"{error.source} ({remedy})"
        raise ExchangeError(source, error.problems) from error
    different = same_tables(plain_nodes(file.network), nodes, CLOSE)
    if different:
        wrong = "it does not belong to the main file, which was changed since: other tables for "
        problems.stop("nodes", f"{wrong}{', '.join(different[:5])}.", remedy)
    return file


def _text(path: Path, problems: Problems) -> str:
    if not path.is_file():
        problems.stop("file", "there is no such file.", "Check the path.")
    if path.stat().st_size > LARGEST:
        problems.stop("file", f"it has {path.stat().st_size:,} bytes.", f"At most {LARGEST:,}.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problems.stop("file", f"byte {error.start} is not UTF-8.")


def _suffix_problem(path: Path, what: str, allowed: tuple[str, ...]) -> tuple[str, str]:
    wrong = f"'{path.name}' ends in '{path.suffix}'."
    return wrong, f"A network can be {what} {', '.join(allowed[:-1])} or {allowed[-1]}."
