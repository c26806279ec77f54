"""Networks written for other software, and read from it."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from kneebayes.arguments import checked
from kneebayes.exchange import bif, side_table, xdsl, xmlbif
from kneebayes.exchange.data_files import ExchangeError, Problems, json_text, read_bytes
from kneebayes.exchange.plain import Content, Fastest, Format, Parsed, build, same_nodes, with_names
from kneebayes.exchange.side_table import NetworkFile, read_side_table, side_table_path
from kneebayes.network import Network, Node
from kneebayes.text import shown
from kneebayes.writing import replacing_file

FORMATS: tuple[Format, ...] = (xmlbif.FORMAT, bif.FORMAT, xdsl.FORMAT, side_table.FORMAT)
"""Every format; a further one is a module of its own and its line here."""

PACKED = ".gz"
LARGEST = 20_000_000
CLOSE = 1e-12


@checked
def save_network(file: NetworkFile | Network, path: str | Path) -> Path:
    """Write a network in the format that the suffix names, and check the file by reading it back.

    Other programs read the main file, whose path is returned, alone. In it a noisy-OR of more than
    three parents is a chain of nodes named ``<id>__<number>``, each of which is present if the one
    before is, or if the next parent produces it; the posteriors of all other nodes are the same.
    XDSL has noisy-ORs itself. A name that a format cannot hold is written as one that it can; the
    map stands in the second file.

    Parameters
    ----------
    file
        The network, with or without labels.
    path
        Ends in ``.xmlbif``, ``.bif`` or ``.xdsl``; labels and noisy-OR structure then go to a
        second file beside it, of the same name with ``.labels.json`` appended. Or ends in
        ``.json``, which holds everything. If ``.gz`` follows, the file is compressed.

    Raises
    ------
    KneebayesError
        If the suffix is another, the file cannot be written, or what is read back differs.
        Files that were there before are then unchanged.

    Examples
    --------
    >>> import tempfile
    >>> from kneebayes.network import Network, noisy_or_node, root_node
    >>> net = Network((root_node("flu", [0.9, 0.1]), noisy_or_node("fever", 0.02, {"flu": 0.8})))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_network(save_network(net, f"{folder}/net.xmlbif")) == net
    True
    """
    path = Path(path)
    file = NetworkFile(file) if isinstance(file, Network) else file
    problems = Problems(f"'{path.name}'")
    format = _format_of(path, "saved as", problems)
    _check_names(file.network, problems)
    own = Parsed(list(file.network.nodes), file.labels, file.kinds, file.about)
    plain = format.plain(file.network)
    nodes, renamed = _renamed(plain, format, problems)
    labels = {node.id: file.label(own.id) for node, own in zip(nodes, plain, strict=True)}
    data = format.write(Parsed(nodes, labels, file.kinds, file.about)).encode("utf-8")
    if path.suffix.lower() == PACKED:
        data = gzip.compress(data, mtime=0)
    with ExitStack() as stack:
        side = None
        if not format.whole:
            side = stack.enter_context(replacing_file(side_table_path(path)))
            rest = side_table.side_table(own, tables=False, renamed=renamed)
            side.write_bytes(json_text(rest).encode("utf-8"))
        fresh = stack.enter_context(replacing_file(path))
        fresh.write_bytes(data)
        if _restored(fresh, format, side, problems).network != file.network:
            problems.stop("content", "it does not give back what was written.")
    return path


def _format_of(path: Path, what: str, problems: Problems) -> Format:
    """The format that the suffix names, in any case, packed or not."""
    name = path.name.lower().removesuffix(PACKED)
    format_found = next((known for known in FORMATS if name.endswith(known.suffixes)), None)
    if format_found is None:
        few = what.startswith("saved")  # a file is written under the usual suffix of its format
        all_of = [suffix for known in FORMATS for suffix in known.suffixes[: 1 if few else None]]
        wrong = f"'{path.name}' ends in '{path.suffix}'."
        remedy = f"A network can be {what} {', '.join(all_of[:-1])} or {all_of[-1]}."
        problems.stop("name", wrong, remedy)
    return format_found


# names that a format cannot hold


def _check_names(network: Network, problems: Problems) -> None:
    """Refuse names that no format can hold, not even our own, which has them as they are."""
    for node in network.nodes:
        for name in (node.id, *node.states):
            if not side_table.FORMAT.allowed(name):
                wrong = f"{shown(name, 60)} is empty, longer than 200 characters, or no text."
                problems.add("names", wrong, "Rename it.")
    problems.raise_any()


def _renamed(
    nodes: list[Node], format: Format, problems: Problems
) -> tuple[list[Node], dict[str, object]]:
    """The nodes under names that the format holds, and the map back."""
    ids = [node.id for node in nodes]
    for id in sorted({id for id in ids if ids.count(id) > 1} if len(set(ids)) < len(ids) else ()):
        problems.add(id, "a step of a noisy-OR would take this name.", "Rename the node.")
    problems.raise_any()
    names = _names(ids, format)
    states = {node.id: _names(node.states, format) for node in nodes}
    made = [with_names(node, names, states[node.id]) for node in nodes]
    nodes_changed = _changed(names)
    states_changed = {id: changed for id, own in states.items() if (changed := _changed(own))}
    any_changed = nodes_changed or states_changed
    return made, {"nodes": nodes_changed, "states": states_changed} if any_changed else {}


def _names(names: Iterable[str], format: Format) -> dict[str, str]:
    """A name that the format holds for each, itself where it can be."""
    names = list(names)
    written = {name: name for name in names if format.allowed(name)}
    taken = set(written)
    for name in names:
        if name not in written:
            plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
            plain = re.sub("[^A-Za-z0-9]+", "_", plain).strip("_")[:60]
            stem = plain if plain[:1].isalpha() else f"x_{plain}".rstrip("_")
            new, number = stem, 1
            while new in taken or not format.allowed(new):
                number += 1
                new = f"{stem}_{number}"
            taken.add(new)
            written[name] = new
    return written


def _changed(names: Mapping[str, str]) -> dict[str, str]:
    return {written: name for name, written in names.items() if written != name}


# reading


@checked
def load_network(path: str | Path, *, fastest: Fastest | None = None) -> Network:
    """The network of a file; see :func:`load_network_file`."""
    return load_network_file(path, fastest=fastest).network


@checked
def load_network_file(path: str | Path, *, fastest: Fastest | None = None) -> NetworkFile:
    """Read a network of this or of other software, with what its nodes are called.

    A file with anything that cannot be represented here is refused; nothing is skipped silently.
    That holds for unknown elements and statements, a second table of one node, decisions,
    utilities, continuous variables, time slices, empty names, and rows that do not add up to 1.
    Rows that are only rounded are divided by their sum, and a warning names them.

    Parameters
    ----------
    path
        Ends in ``.xmlbif`` (or ``.bifxml``, ``.xml``), ``.bif``, ``.xdsl`` or ``.json``, in
        any case, and can be packed (``.gz``). If there is a ``.labels.json`` beside it, labels
        and noisy-OR structure are restored from there.
    fastest
        For XDSL only: which parent varies fastest in a table, ``"last"`` as in files of GeNIe
        or ``"first"`` as in files of pyAgrum. Left out, a file of pyAgrum is refused if the
        order makes a difference.

    Raises
    ------
    ExchangeError
        If something is wrong with the file, all of which is reported; or if the ``.labels.json``
        does not belong to it.
    """
    path = Path(path)
    problems = Problems(f"'{path.name}'")
    if fastest not in (None, "first", "last"):
        problems.stop("fastest", f"it is {fastest!r}.", "It must be 'first' or 'last'.")
    format = _format_of(path, "read from", problems)
    beside, there = side_table_path(path), False
    with suppress(OSError, ValueError):
        there = not format.whole and beside.is_file()
    read = _restored(path, format, beside if there else None, problems, fastest)
    problems.warn()
    return read


def _restored(
    path: Path,
    format: Format,
    beside: Path | None,
    problems: Problems,
    fastest: Fastest | None = None,
) -> NetworkFile:
    """The network of a file, and of the side table if there is one and it belongs to it."""
    data = read_bytes(path, problems, LARGEST)
    parsed = format.read(Content(data, fastest), problems)
    problems.raise_any()
    if beside is None:
        return _built(parsed, problems)
    side = Problems(f"'{beside.name}'")
    remedy = "Delete it to read the main file as it is."
    try:
        own, nodes = read_side_table(read_bytes(beside, side, LARGEST), parsed.nodes, side)
        file = _built(own, side)
    except ExchangeError as error:
        source = f"{error.source} ({remedy})"
        raise ExchangeError(source, error.problems) from error
    different = same_nodes(format.plain(file.network), nodes, CLOSE)
    if different:
        wrong = "it does not belong to the main file, which was changed since: other tables for "
        side.stop("nodes", f"{wrong}{', '.join(different[:5])}.", remedy)
    return file


def _built(parsed: Parsed, problems: Problems) -> NetworkFile:
    network = build(parsed.nodes, problems)
    labels = {node.id: parsed.labels.get(node.id) or node.id for node in network.nodes}
    return NetworkFile(network, labels, parsed.kinds, parsed.about, tuple(problems.remarks))
