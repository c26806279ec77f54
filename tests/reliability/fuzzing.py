"""Fuzzing: whatever is given, an answer or an exception that kneebayes raises on purpose."""

from __future__ import annotations

import contextlib
import io
import json
import math
import shutil
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

import kneebayes as kb
from kneebayes.cli import main as run_command
from kneebayes.exchange import load_network, save_network
from kneebayes.knowledge import read_knowledge, shipped_folder
from reliability.checks import Check
from reliability.mutating import TOKENS, Rng, mutated, odd_name, odd_value

PART = "fuzzing"
TINY = Path(__file__).parents[1] / "data" / "tiny"
CODES = {0, 1, 2, 3, 4}
COMMANDS = (
    "diagnose", "questions", "explain", "robustness", "search", "trace", "check", "nonsense", ""
)  # fmt: skip
OPTIONS = (
    "--absent", "--context", "--likely", "--top", "--json", "--lexicon", "--about", "--kind",
    "--seed", "--against", "--version", "--help", "--draws", "-a", "-c", "-l", "--",
)  # fmt: skip


def safe_repr(given: object) -> str:
    """What was given, so that it can be found again."""
    try:
        return repr(given)[:1500]
    except Exception:
        return "what cannot be printed"


@dataclass
class Tally:
    """What came of the inputs of one kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def note(self, what: str, given: object, attempt: Callable[[], str]) -> None:
        """Try one input: answered, refused, or failed."""
        try:
            self.outcomes[attempt()] += 1
        except kb.KneebayesError as error:
            self.outcomes["refused" if str(error) else "failed"] += 1
        except Exception:  # what must never be
            self.outcomes["failed"] += 1
            self.failures.append(
                f"--- {what}\n{safe_repr(given)}\n{traceback.format_exc()[-1500:]}"
            )


def fuzz_folder(
    folder: Path, count: int, rng: Rng, name: str, each_loaded: int = 0
) -> dict[str, Tally]:
    """Mutate one file of a folder at a time and read the folder; load some that can be read."""
    read, loaded = Tally(), Tally()
    with tempfile.TemporaryDirectory(dir=_quick_place()) as place:
        copy = Path(shutil.copytree(folder, Path(place) / "folder"))
        texts = {path: path.read_text(encoding="utf-8") for path in copy.rglob("*.*")}
        paths = sorted(texts)
        for _ in tqdm(range(count), desc=name, leave=False, mininterval=1):
            path = paths[rng.integers(len(paths))]
            content = mutated(rng, texts[path])
            path.write_bytes(content)
            given = (path.name, content)
            before = read.outcomes["read"]
            read.note(name, given, lambda: read_knowledge(copy) and "read")
            if read.outcomes["read"] > before and loaded.outcomes.total() < each_loaded:
                loaded.note("load", given, lambda: _loaded(copy))
            path.write_text(texts[path], encoding="utf-8")
    return {f"{name}: read": read} | ({f"{name}: loaded and asked": loaded} if each_loaded else {})


def fuzz_evidence(model: kb.Model, count: int, rng: Rng, name: str) -> dict[str, Tally]:
    """Mappings of any names to any values."""
    tally = Tally()
    names = names_of(model)
    for _ in tqdm(range(count), desc=name, leave=False, mininterval=1):
        said = {odd_name(rng, names): odd_value(rng) for _ in range(int(rng.integers(1, 6)))}
        tally.note(name, said, lambda said=said: _answered(model, said))
    return {f"{name}: answers": tally}


def fuzz_cases(model: kb.Model, count: int, rng: Rng) -> dict[str, Tally]:
    """Case files as they are saved, mutated."""
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=_quick_place()) as place:
        path = Path(place) / "case.json"
        told = model.diagnose({model.findings[1].id: True, model.contexts[0].id: 0.4})
        model.save_case(told, path)
        text = path.read_text(encoding="utf-8")
        for _ in tqdm(range(count), desc="case files", leave=False, mininterval=1):
            content = mutated(rng, text)
            path.write_bytes(content)
            tally.note("case", content, lambda: _finite(model.load_case(path).diagnose()))
    return {"case files": tally}


def fuzz_networks(model: kb.Model, count: int, rng: Rng) -> dict[str, Tally]:
    """Network files in three formats, mutated."""
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=_quick_place()) as place:
        texts = {}
        for end in ("bif", "xmlbif", "xdsl"):
            path = save_network(model.network, Path(place) / f"net.{end}")
            texts[path] = path.read_text(encoding="utf-8")
            for beside in Path(place).glob("*.json"):
                beside.unlink()
        for at in tqdm(range(count), desc="network files", leave=False, mininterval=1):
            path = [*texts][at % len(texts)]
            content = mutated(rng, texts[path])
            path.write_bytes(content)
            tally.note("network", (path.suffix, content), lambda path=path: _network(path))
    return {"network files": tally}


def fuzz_commands(model: kb.Model, count: int, rng: Rng) -> dict[str, Tally]:
    """Command lines: exit codes 0 to 4, and no traceback."""
    tally = Tally()
    names = names_of(model)
    for _ in tqdm(range(count), desc="command lines", leave=False, mininterval=1):
        words = [COMMANDS[rng.integers(len(COMMANDS))]]
        sensible = rng.random() < 0.5
        words += [
            names[rng.integers(len(names))] if sensible else word_of(rng, names)
            for _ in range(int(rng.integers(0, 4 if sensible else 7)))
        ]
        if rng.random() < 0.9:
            words += ["--folder", str(TINY)]
        tally.note("command", words, lambda words=words: _command(words))
    return {"command lines": tally}


def word_of(rng: Rng, names: list[str]) -> str:
    """A name, an option, name=value, or anything."""
    name = str_of(odd_name(rng, names))
    match int(rng.integers(4)):
        case 0:
            return name
        case 1:
            return OPTIONS[rng.integers(len(OPTIONS))]
        case 2:
            return f"{name}={str_of(odd_value(rng, 3))}"
        case _:
            return TOKENS[rng.integers(len(TOKENS))]


def str_of(value: object) -> str:
    """A value as it may stand on a command line."""
    try:
        return str(value)[:60]
    except Exception:
        return "odd"


def names_of(model: kb.Model) -> list[str]:
    """Ids and labels of all that can be answered."""
    asked = (*model.findings, *model.contexts, *model.causes)
    return [*(one.id for one in asked), *(one.label for one in asked)]


def _quick_place() -> str | None:
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None


def _loaded(folder: Path) -> str:
    model = kb.load(folder)
    return _finite(model.diagnose())


def _answered(model: kb.Model, said: dict[Any, Any]) -> str:
    return _finite(model.diagnose(said))


def _finite(told: kb.Differential) -> str:
    """A ranking of probabilities that are numbers; printing and showing it works."""
    posteriors = [*told.belief.posteriors.values(), told.probability_of_evidence]
    assert all(math.isfinite(one) and 0.0 <= one <= 1.0 + 1e-12 for one in posteriors), posteriors
    assert told.text
    assert "<script" not in told._repr_html_()
    json.loads(told.to_json())
    return "answered"


def _network(path: Path) -> str:
    network = load_network(path)
    for node in network.nodes:
        assert np.isfinite(network.table_of(node)).all()
    return "read"


def _command(words: list[str]) -> str:
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            run_command(words)
        except SystemExit as end:
            code = end.code or 0
    assert code in CODES, code
    assert "nan" not in out.getvalue().lower().split(), "NaN in the output"
    return f"exit code {code}"


def measure_fuzzing(counts: dict[str, int], seed: int, folder: Path) -> list[Check]:
    """Every kind of input; failures are written to ``fuzz_failures.txt``.

    Parameters
    ----------
    counts
        How many: ``tiny``, ``loaded``, ``shipped``, ``answers``, ``answers_article``,
        ``cases``, ``networks``, ``commands``.
    """
    rng = np.random.default_rng(seed)
    robot, knee = kb.load(TINY), kb.load()
    robot.engine.compile()
    tallies = fuzz_folder(TINY, counts["tiny"], rng, "a small folder", counts["loaded"])
    tallies |= fuzz_folder(Path(shipped_folder()), counts["shipped"], rng, "the article's folder")
    tallies |= fuzz_evidence(robot, counts["answers"], rng, "the small model")
    tallies |= fuzz_evidence(knee, counts["answers_article"], rng, "the article's model")
    tallies |= fuzz_cases(robot, counts["cases"], rng)
    tallies |= fuzz_networks(robot, counts["networks"], rng)
    tallies |= fuzz_commands(robot, counts["commands"], rng)
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    if failures:
        (folder / "fuzz_failures.txt").write_text("\n".join(failures), encoding="utf-8")
    checks = []
    for name, tally in tallies.items():
        told = ", ".join(f"{number:,} {what}" for what, number in sorted(tally.outcomes.items()))
        failed, number = tally.outcomes["failed"], tally.outcomes.total()
        checks.append(Check(PART, name, "failed", failed, "= 0", number, told))
    total = sum(one.count for one in checks)
    checks.append(Check(PART, "all kinds of input", "failed", len(failures), "= 0", total))
    return checks
