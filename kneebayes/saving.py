"""Whole models in a file: what the folder says, how it was read, and what patients taught."""

from __future__ import annotations

import math
import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from kneebayes.arguments import checked, is_share
from kneebayes.building.model import LAYERS, ModelData, ModelLike, in_setting, model_of
from kneebayes.errors import KneebayesError
from kneebayes.exchange.data_files import ExchangeError, Problems, read_json, save_json
from kneebayes.exchange.networks import save_network
from kneebayes.exchange.side_table import about_model
from kneebayes.inference import Evidence
from kneebayes.inference.batch import cases_of
from kneebayes.knowledge import Knowledge, read_knowledge
from kneebayes.knowledge.folder import Layered, digest_of
from kneebayes.knowledge.statements import Interval
from kneebayes.learning.counting import Patients, Sample, answers_of
from kneebayes.learning.learn import Learnt, with_learnt
from kneebayes.learning.outcome import LearntNumber
from kneebayes.learning.sentences import key_of, read_text
from kneebayes.network import Link, Network, Node
from kneebayes.view.report import made_by

SUFFIX = ".kneebayes.json"
FORMAT = "kneebayes model"
LARGEST = 200_000_000
FILE = re.compile(r"(?:causes/)?\w[\w.-]*\.(?:toml|csv)")
FIELDS = {"digest": str, "layer": str, "lexicon": str, "folders": dict, "network": dict}
NAMES = ("kind", "node", "parent", "state")  # of a statement that was learnt
REMEDY = "Save the model again."
SUMS = 1e-9  # what a sum of 1 may be off
MOST_PATIENTS = 10**9


def _is_saved_model(path: object) -> bool:
    """Whether a path names a saved model and no folder."""
    return isinstance(path, str | Path) and str(path).endswith((SUFFIX, f"{SUFFIX}.gz"))


# writing


@checked
def save(model: ModelLike, path: str | Path, *, patients: bool = True) -> Path:
    """Write a model; the suffix says how.

    Parameters
    ----------
    path
        Ends in ``.kneebayes.json`` for the whole model, which :func:`kneebayes.load` reads
        again: the files of its folder, layer, lexicon, setting, all numbers, what patients
        taught, the version and the digest of the folder.

        Any other writes the network alone, for other software; what is written is read back
        and compared, to the last digit. ``.xmlbif`` is for pgmpy, pyAgrum and Weka, ``.bif``
        for pgmpy and bnlearn, ``.xdsl`` for GeNIe (not for pyAgrum, which reads its parents in
        the wrong order). What these cannot hold, labels and the noisy-OR structure, stands in
        a second file beside it, such as ``knee.xmlbif.labels.json``. ``.json`` holds both.
    patients
        Whether what was known of the patients who were learnt from is written too. Without it
        the model answers as it does now, but cannot learn from more patients.

    Returns
    -------
    Path
        The main file.

    Raises
    ------
    KneebayesError
        If the suffix is another, a name cannot stand in that format, or the folder has changed
        since the model was loaded.

    Examples
    --------
    >>> import tempfile, kneebayes as kb
    >>> knee = kb.load()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = kb.load(kb.save(knee, f"{folder}/knee.kneebayes.json"))
    >>> again.network == knee.network
    True
    """
    if not _is_saved_model(path):
        if model.data.learnt is not None:
            message = (
                f"{path} holds the network alone: kneebayes.load cannot read it, and no model made "
                f"of it learns on. To keep what patients taught, end the name in {SUFFIX}."
            )
            warnings.warn(message, stacklevel=3)
        return save_network(about_model(model), path)
    return save_json(_content(model, patients=patients), path)


def _content(model: ModelLike, *, patients: bool) -> dict[str, object]:
    """A whole model as plain values."""
    data = model.data
    learnt = cast("Learnt | None", data.learnt)
    return {
        "format": FORMAT,
        "format_version": 1,
        "title": data.knowledge.meta.title,
        **made_by(data),
        "disclaimer": data.knowledge.meta.disclaimer,
        "folders": _texts(data.knowledge),
        "network": _numbers(data.network),
        "learning": None if learnt is None else _lesson(learnt, patients=patients),
    }


def _texts(knowledge: Knowledge) -> dict[str, dict[str, str]]:
    """By name of each folder its files, as they were when the model was loaded."""
    folder = Path(knowledge.folder)
    texts: dict[str, dict[str, str]] = {}
    if _is_saved_model(folder) and folder.is_file():
        texts = _read(folder, Problems(folder.name))["folders"]
    elif folder.is_dir():
        texts = Layered(folder, []).texts()
    if digest_of(texts) != knowledge.digest:
        message = (
            f"{knowledge.folder}: what the model was loaded from has changed since, or is no "
            "longer there, so it cannot be saved with the model. Load it again, then save."
        )
        raise KneebayesError(message)
    return texts


def _numbers(network: Network) -> dict[str, object]:
    return {
        node.id: {"leak": node.leak, "links": {link.parent: link.strength for link in node.links}}
        if node.is_noisy_or
        else {"table": node.table}
        for node in network.nodes
    }


def _lesson(learnt: Learnt, *, patients: bool) -> dict[str, object]:
    """What was learnt, as plain values."""
    before = learnt.before.data
    after = before.network.with_numbers(learnt.numbers)
    with_rows, sample = patients and not learnt.patients.left_out, learnt.patients.sample
    rows = (
        {"count": weight, "answers": answers_of(before, sample, row)}
        for row, weight in enumerate(sample.weights.tolist())
    )
    return {
        "setting": before.setting,
        "trust": None if math.isinf(learnt.trust) else learnt.trust,
        "trail": learnt.trail,
        "converged": learnt.converged,
        "determined": learnt.determined,
        "numbers": _numbers(after),
        "statements": [_statement(outcome) for outcome in learnt.outcomes],
        "patients": {
            "count": len(learnt.patients),
            "telling": learnt.patients.telling,
            "rows": list(rows) if with_rows else None,
            "which": learnt.patients.which.tolist() if with_rows else None,
        },
    }


def _statement(outcome: LearntNumber) -> dict[str, object]:
    names = dict(zip(NAMES, key_of(outcome.sentence.quantity), strict=True))
    return names | outcome.interval.model_dump() | {"link": outcome.link, "data": outcome.data}


# reading


def load_model(path: str | Path) -> ModelData:
    """Read a model that :func:`save` has written whole.

    The folder is read from the texts in the file, and the numbers are those of the file, to
    the last digit, also where a later version would find others.
    """
    problems = Problems(f"'{Path(path).name}'")
    content = _read(Path(path), problems)
    knowledge = _knowledge(content, Path(path), problems)
    if content["lexicon"] not in knowledge.lexicons:
        problems.stop("lexicon", f"the folder has no lexicon '{content['lexicon']}'.")
    data = model_of(knowledge, content["lexicon"])
    lesson = content.get("learning")
    try:
        if lesson is not None:
            data = _taught(_placed(data, lesson["setting"]), lesson, problems)
        data = _placed(data, content.get("setting"))
        network = _network(data.network, content["network"], problems)
        if network == data.network:
            return data
        return data.replace(elicited=replace(data.elicited, network=network))
    except ExchangeError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        problems.stop("learning", f"it is not as it was written ({error!r}).", REMEDY)


def _read(path: Path, problems: Problems) -> dict[str, Any]:
    """The content of a saved model, with all fields that it must have."""
    content = read_json(path, problems, LARGEST)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        problems.stop("format", f"this is not a '{FORMAT}'.", "Write one with kneebayes.save.")
    if content.get("format_version") != 1 or content["format_version"] is True:
        wrong = f"version {content.get('format_version')!r} of the format is not known."
        problems.stop("format_version", wrong, "Read it with the kneebayes that wrote it.")
    for name, kind in FIELDS.items():
        if not isinstance(content.get(name), kind):
            problems.add(name, "it is missing, or not what it must be.", REMEDY)
    problems.raise_any()
    return content


def _knowledge(content: dict[str, Any], path: Path, problems: Problems) -> Knowledge:
    """The folder of a saved model, read from its texts."""
    texts = content["folders"]
    for name, files in texts.items():
        for file, text in files.items() if isinstance(files, dict) else [("", None)]:
            if not FILE.fullmatch(file) or not isinstance(text, str):
                problems.add(f"folders.{name}", f"'{file}' is no file of a knowledge folder.")
    problems.raise_any()
    if content["layer"] not in LAYERS:
        problems.stop("layer", f"there is no layer {content['layer']!r}.", REMEDY)
    if digest_of(texts) != content["digest"]:
        wrong = "the texts of the folder are not those that were saved."
        problems.stop("digest", wrong, "Undo the change, or load the folder itself.")
    with tempfile.TemporaryDirectory() as folder:
        chain = {}
        for index, (name, files) in enumerate(texts.items()):
            chain[name] = Path(folder) / str(index)
            (chain[name] / "causes").mkdir(parents=True)
            for file, text in files.items():
                (chain[name] / file).write_text(text, encoding="utf-8", newline="")
        main = list(chain.values())[-1]
        return read_knowledge(main, content["layer"], chain).at(str(path))


def _placed(data: ModelData, setting: str | None) -> ModelData:
    return data if setting in (None, data.setting) else in_setting(data, str(setting))


def _taught(before: ModelData, lesson: dict[str, Any], problems: Problems) -> ModelData:
    """A model with what patients taught, as it was saved."""
    trust = math.inf if lesson["trust"] is None else float(lesson["trust"])
    sentences = read_text(before, 1.0 if math.isinf(trust) else trust).sentences
    statements = lesson["statements"]
    keys = [tuple(statement[name] for name in NAMES) for statement in statements]
    if keys != [key_of(other.quantity) for other in sentences]:
        wrong = "its statements are not those that this version reads from the folder."
        problems.stop("learning.statements", wrong, "Load it with the version that wrote it.")
    outcomes = tuple(
        LearntNumber(
            sentence,
            Interval(low=statement["low"], value=statement["value"], high=statement["high"]),
            float(statement["link"]),
            float(statement["data"]),
        )
        for sentence, statement in zip(sentences, statements, strict=True)
    )
    after = _network(before.network, lesson["numbers"], problems)
    _check_patients(lesson["patients"], problems)
    learnt = Learnt(
        before,
        _patients(before, lesson["patients"]),
        outcomes,
        before.engine.on(after).numbers[0],
        trust,
        tuple(lesson["trail"]),
        bool(lesson["converged"]),
        float(lesson["determined"]),
    )
    return with_learnt(before, learnt)


def _patients(data: ModelData, content: dict[str, Any]) -> Patients:
    """The patients who were learnt from, or how many there were."""
    rows, count, network = content["rows"], content["count"], data.network
    known = [Evidence.of(network, patient["answers"]) for patient in rows or ()]
    batch = cases_of(network, data.engine.flat, known)
    if rows is None:
        which = np.where(np.arange(count) < int(content["telling"]), 0, -1).astype(np.int64)
        return Patients(Sample(batch.hard, None, np.empty(0)), count, which, left_out=True)
    soft = batch.soft if (batch.soft != 1.0).any() else None
    weights = np.array([patient["count"] for patient in rows], dtype=float)
    which = np.array(content["which"], dtype=np.int64)
    return Patients(Sample(batch.hard, soft, weights), count, which)


def _check_patients(content: dict[str, Any], problems: Problems) -> None:
    """How many there were, and which row each of them is, must agree."""
    rows, count = content["rows"], content["count"]
    known = isinstance(count, int) and 0 <= int(count) <= MOST_PATIENTS
    counted = known and isinstance(content["telling"], int) and 0 <= content["telling"] <= count
    if not counted:
        problems.stop("learning.patients", "its counts cannot be.", REMEDY)
    if rows is None:
        return
    which = content["which"]
    if len(which) != count or not all(-1 <= row < len(rows) for row in which):
        problems.stop("learning.patients.which", "it does not name a row of each.", REMEDY)
    for row in rows:
        soft = [answer for answer in row["answers"].values() if isinstance(answer, list)]
        likely = [number for answer in soft for number in answer]
        if not row["count"] > 0 or not all(0.0 <= number < math.inf for number in likely):
            problems.stop("learning.patients.rows", "a number in it is below 0.", REMEDY)


def _network(network: Network, numbers: Mapping[str, Any], problems: Problems) -> Network:
    """The same arrows with the numbers of a file."""
    if list(numbers) != [node.id for node in network.nodes]:
        wrong = "it has other nodes than this version makes of the folder."
        problems.stop("network", wrong, "Load it with the version that wrote it.")
    return network.replacing([_node(old, numbers[old.id], problems) for old in network.nodes])


def _node(node: Node, content: Mapping[str, Any], problems: Problems) -> Node:
    links = content.get("links", {})
    same = list(links) == [link.parent for link in node.links]
    if node.is_noisy_or != ("leak" in content) or not same:
        wrong = "it has other parents than this version gives it."
        problems.stop(f"network.{node.id}", wrong, "Load it with the version that wrote it.")
    values = [*links.values(), [content["leak"]] if node.is_noisy_or else content["table"]]
    if not all(is_share(number) for row in values for number in row):
        problems.stop(f"network.{node.id}", "its numbers are not between 0 and 1.", REMEDY)
    if not node.is_noisy_or:
        rows = np.array(content["table"], dtype=float).reshape(-1, len(node.states))
        if np.abs(rows.sum(axis=1) - 1.0).max(initial=0.0) > SUMS:
            wrong = "a row of its table does not add up to 1."
            problems.stop(f"network.{node.id}", wrong, REMEDY)
        return replace(node, table=tuple(map(float, content["table"])))
    read = tuple(Link(link.parent, tuple(map(float, links[link.parent]))) for link in node.links)
    return replace(node, leak=float(content["leak"]), links=read)
