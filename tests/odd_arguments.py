"""Every public function, given the wrong kind of thing in each of its places.

``python tests/odd_arguments.py`` answers calls that it reads from its standard input, one a
line; :func:`swept` runs it in a process of its own, so that a call may hang, crash or fill the
memory without taking the tests with it.
"""

from __future__ import annotations

import inspect
import json
import math
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

PUMP = Path(__file__).parent / "data" / "pump"
SECONDS = 10.0
NAN = re.compile(r"(?<![\w'])nan(?![\w'])", re.IGNORECASE)
MEMORY = 4 * 2**30
HUGE = 10**30


class Call(NamedTuple):
    """One call: which function, in which place, given what."""

    function: str
    place: str
    value: str


# what is given


def _endless() -> Iterator[str]:
    while True:
        yield "squealing"


def _circle() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


class _Odd:
    """Something of somebody else's that can neither be printed nor compared."""

    def __repr__(self) -> str:
        message = "cannot be printed"
        raise RuntimeError(message)

    def __eq__(self, other: object) -> bool:
        message = "cannot be compared"
        raise RuntimeError(message)

    __hash__ = None  # type: ignore[assignment]


def _frame(columns: Mapping[Any, list[Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(columns)


def _series(values: Any) -> Any:
    import pandas as pd

    return pd.Series(values)


def _array(values: Any) -> Any:
    import numpy as np

    return np.array(values)


def _not_available() -> Any:
    import pandas as pd

    return pd.NA


VALUES: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "True": lambda: True,
    "0": lambda: 0,
    "-1": lambda: -1,
    "2": lambda: 2,
    "a huge number": lambda: HUGE,
    "a number beyond floats": lambda: 10**5000,
    "0.5": lambda: 0.5,
    "-0.5": lambda: -0.5,
    "nan": lambda: math.nan,
    "infinity": lambda: math.inf,
    "minus infinity": lambda: -math.inf,
    "a tiny number": lambda: 5e-324,
    "a numpy integer": lambda: _array([3])[0],
    "a numpy nan": lambda: _array([math.nan])[0],
    "pandas NA": _not_available,
    "a complex number": lambda: 1j,
    "a decimal": lambda: Decimal("NaN"),
    "a fraction": lambda: Fraction(1, 3),
    "an empty text": lambda: "",
    "a blank": lambda: " ",
    "a name that is none": lambda: "no such thing",
    "a null character": lambda: "a\0b",
    "half a character": lambda: "\ud800",
    "a long text": lambda: "knee " * 1000,
    "a path": lambda: "no/such/folder/file.json",
    "a folder": Path.cwd,
    "a folder as text": lambda: ".",
    "bytes": lambda: b"squealing",
    "an empty list": list,
    "a list of names": lambda: ["squealing", "hot case"],
    "a list of None": lambda: [None],
    "a list of lists": lambda: [["squealing"]],
    "a list in itself": _circle,
    "a tuple": lambda: (1, 2.5),
    "a set": lambda: {"squealing"},
    "an empty dict": dict,
    "a dict by number": lambda: {1: 2},
    "a dict of lists": lambda: {"squealing": ["a", "b"]},
    "a dict of nan": lambda: {"squealing": math.nan},
    "a dict of odd things": lambda: {"squealing": _Odd()},
    "a dict of huge numbers": lambda: {"dry bearing": HUGE},
    "a generator": lambda: (name for name in ("squealing", "hot case")),
    "an endless generator": _endless,
    "a function": lambda: len,
    "a class": lambda: dict,
    "a module": lambda: math,
    "an odd thing": _Odd,
    "a day": lambda: date(2026, 1, 2),
    "an empty table": lambda: _frame({}),
    "a table of numbers": lambda: _frame({0: [1.5, math.nan], 1: [2, HUGE]}),
    "a table of odd columns": lambda: _frame({"squealing": [[], {}], ("a", "b"): [b"", None]}),
    "a series": lambda: _series([1.5, math.nan]),
    "an empty array": lambda: _array([]),
    "an array": lambda: _array([[0.5, math.nan], [1.0, 2.0]]),
}  # fmt: skip
HOLD_NAN = {  # what is given may be shown again
    "nan", "a numpy nan", "a decimal", "a dict of nan", "a table of numbers", "a series", "an array"
}  # fmt: skip


# what is called


class World:
    """A small model and one of each result, made when they are first needed."""

    def __init__(self) -> None:
        import kneebayes as kb

        self.kb = kb

    @cached_property
    def model(self) -> Any:
        return self.kb.load(PUMP)

    @cached_property
    def dx(self) -> Any:
        return self.model.diagnose({"weak jet": True, "squealing": 0.7})

    @cached_property
    def simulated(self) -> Any:
        return self.model.simulate(20, seed=1)

    @cached_property
    def cohort(self) -> Any:
        return self.model.diagnose_cohort(self.simulated.answers, keep=["humming"])

    @cached_property
    def history(self) -> Any:
        return self.model.read("The jet is weak. No squealing.")

    @cached_property
    def learnt(self) -> Any:
        return self.model.update(self.patients).learnt

    @cached_property
    def case(self) -> Any:
        return self.model.practice_case(seed=1)

    @cached_property
    def evaluation(self) -> Any:
        return self.model.evaluate(self.simulated, baselines=[])

    @cached_property
    def foreign_model(self) -> Any:
        return self.kb.exchange.ForeignModel(self.model.network, ["dry_bearing", "jammed_rotor"])

    @cached_property
    def foreign(self) -> Any:
        return self.foreign_model.given({"squealing": "present"})

    @property
    def patients(self) -> Any:
        return _frame({"weak jet": [True, False, None], "dry bearing": [True, None, False]})

    @property
    def truth(self) -> Any:
        return self.simulated.truth

    @cached_property
    def draws_learner(self) -> Any:
        return self.kb.teaching.ask_the_best

    @cached_property
    def results(self) -> dict[str, Any]:
        """One of each result that has methods of its own."""
        model, dx = self.model, self.dx
        made: dict[str, Callable[[], Any]] = {
            "Explanation": lambda: dx.explain("dry bearing"),
            "Attribution": dx.attribution,
            "ChangeOfMind": dx.change_of_mind,
            "LexiconComparison": dx.compare_lexicons,
            "Nomogram": lambda: dx.nomogram("dry bearing", "hot case"),
            "Questions": dx.questions,
            "SameDecision": lambda: dx.questions().same_decision(),
            "Robustness": lambda: dx.robustness(20),
            "Sensitivity": lambda: dx.sensitivity(prior="dry bearing"),
            "CauseSets": dx.sets,
            "Surprises": dx.surprises,
            "Tornado": dx.tornado,
            "WhatIf": lambda: dx.without("dry bearing"),
            "Distinguishability": model.distinguish,
            "Accuracy": model.accuracy,
            "Interview": model.interview,
            "DecisionTree": lambda: model.interview().tree(2),
            "Sampled": lambda: model.sample(draws=500),
            "Trace": lambda: model.trace("dry bearing"),
            "Learnt": lambda: self.learnt,
            "HeldOut": lambda: self.learnt.score(self.patients),
            "PracticeCase": lambda: self.case,
            "Feedback": lambda: self.case.close({"dry bearing": 0.5}),
            "Practice": lambda: model.practice(self.draws_learner, 2),
            "NaturalFrequencies": lambda: model.natural_frequencies("dry bearing", "squealing"),
            "Evaluation": lambda: self.evaluation,
            "Misspecification": lambda: model.misspecify(
                10, [self.kb.study.World("as it is", model)]
            ),
            "ForeignModel": lambda: self.foreign_model,
            "ForeignCase": lambda: self.foreign,
            "ForeignResult": lambda: self.foreign.sets(2),
            "Findings": lambda: model.findings,
            "Patient": lambda: model.load_case(self.file("case.json")),
            "TableReport": lambda: model.check_patients(_frame({"weak jet": [1, "x"]})),
            "Case": lambda: dx.case,
            "Engine": lambda: model.engine,
            "Network": lambda: model.network,
            "SimulatedCohort": lambda: self.simulated,
            "Cohort": lambda: self.cohort,
            "History": lambda: self.history,
            "Model": lambda: model,
            "Differential": lambda: dx,
        }
        return {name: make() for name, make in made.items()}

    def file(self, name: str) -> Path:
        """A good file of some kind, written anew."""
        path = Path.cwd() / name
        if name == "case.json":
            self.model.save_case(self.dx, path)
        elif name == "practice.json":
            self.case.save(path)
        elif name == "packet.json":
            path.write_text(
                json.dumps(self.model.phenopacket(self.dx, uncertain="leave out")), encoding="utf-8"
            )
        elif name == "patients.csv":
            path.write_text("weak jet,squealing\nyes,no\nno,\n", encoding="utf-8")
        elif name == "network.xmlbif":
            self.kb.save(self.model, path)
        elif name == "handed_in":
            path.mkdir(exist_ok=True)
            self.case.save(path / "anna.json")
        return path


ROOMS: dict[str, str] = {
    "kb": "load save",
    "cohort": "diagnose_cohort diagnose_file diagnose_partition partition_meta plain_answers "
    "simulate_pieces Recording ColumnMap",
    "exchange": "load_network load_network_file reason_with save_json save_network ForeignModel",
    "learning": "update",
    "study": "accuracy calibration_of evaluate evaluate_predictions evaluate_published "
    "evaluate_reading evidence_share misspecify published_cases without_mediators worlds_of "
    "Scoring World",
    "teaching": "ask_at_random ask_the_best neglect_base_rates brier_score case_from_json "
    "case_to_json divergence largest_remainder log_score weigh_statements StatedBelief",
}
# of a result: what is not meant to be called by a user, or only shows what was shown before
INTERNAL = {
    ("PracticeCase", "after"), ("PracticeCase", "step_asking"), ("PracticeCase", "price_of"),
    ("PracticeCase", "question_text"), ("PracticeCase", "says"), ("Questions", "of"),
    ("Practice", "of"), ("Findings", "index"), ("Findings", "count"), ("Model", "practice"),
    ("NaturalFrequencies", "name_of"), ("ForeignModel", "conflict"), ("Model", "replace"),
    ("Practice", "read"), ("Model", "to_pgmpy"), ("ForeignModel", "find_state"),
    ("Findings", "__getitem__"),  # errors are those of any sequence
}  # fmt: skip
LEFT_OUT = {  # what is given is all that is shown
    ("cohort.ColumnMap", place, "a dict of odd things") for place in ("names", "answers")
} | {  # an old name of another argument, which is given too
    ("Model.simulate_to_file", "answers", value)
    for value in VALUES
    if "text" in value or "path" in value or "folder" in value or "name that" in value
}
INNER = ("Case", "Engine", "Network")  # what public functions are made of: checked there


def functions(world: World) -> dict[str, Callable[..., Any]]:
    """Every public function and method by name."""
    from kneebayes.binding import Later

    found: dict[str, Callable[..., Any]] = {}
    for room, names in ROOMS.items():
        module = world.kb if room == "kb" else getattr(world.kb, room)
        found |= {f"{room}.{name}": getattr(module, name) for name in names.split()}
    for kind, result in world.results.items():
        if kind in INNER:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in dir(result):
                own = inspect.getattr_static(result, name, None)
                if name.startswith("_") or isinstance(own, property | cached_property):
                    continue  # nothing to be called, and some take long to compute
                method = getattr(result, name)
                if isinstance(method, types.MethodType | types.FunctionType | Later) and (
                    (kind, name) not in INTERNAL
                ):
                    found[f"{kind}.{name}"] = method
        for name in ("__getitem__", "__contains__"):
            asked = kind in ("Findings", "Differential", "Cohort") and hasattr(result, name)
            if asked and (kind, name) not in INTERNAL:
                found[f"{kind}.{name}"] = getattr(result, name)
    return found


def good(world: World, function: str, place: str) -> Any:
    """Something right for a place, where it must be given."""
    by_place: dict[str, Callable[[], Any]] = {
        "model": lambda: world.model,
        "path": lambda: Path.cwd() / "written.json",
        "patients": lambda: world.patients,
        "truth": lambda: world.truth,
        "answers": lambda: {"weak jet": True},
        "event": lambda: {"dry bearing": True},
        "name": lambda: "pump",
        "n": lambda: 3,
        "text": lambda: "The jet is weak.",
        "cause": lambda: "dry bearing",
        "other": lambda: "jammed rotor",
        "finding": lambda: "hot case",
        "findings": lambda: "squealing",
        "question": lambda: world.dx.questions().ranked[0].id,
        "case": lambda: world.dx,
        "layer": lambda: "literature",
        "setting": lambda: "repair shop",
        "lexicon": lambda: "engineer",
        "method": lambda: "meter",
        "probabilities": lambda: {"dry bearing": 0.3},
        "target": lambda: "dry_bearing",
        "targets": lambda: ["dry_bearing"],
        "state": lambda: "present",
        "node": lambda: "squealing",
        "network": lambda: world.model.network,
        "content": lambda: {"a": 1},
        "file": lambda: world.model.network,
        "predicted": lambda: _array([0.1, 0.9]),
        "shares": lambda: [0.5, 0.5],
        "total": lambda: 3,
        "stated": lambda: {"dry bearing": 0.3},
        "exact": lambda: {"dry bearing": 0.3},
        "prior": lambda: 0.3,
        "evidence": lambda: 0.3,
        "statements": list,
        "id": lambda: "squealing",
        "folder": lambda: world.file("handed_in"),
        "changed": list,
        "source": lambda: world.file("case.json"),
        "causes": lambda: "dry bearing",
        "names": lambda: "squealing",
        "verdicts": lambda: "met",
        "learner": lambda: world.draws_learner,
    }
    special: dict[tuple[str, str], Callable[[], Any]] = {
        ("Model.load_phenopacket", "source"): lambda: world.file("packet.json"),
        ("Model.load_practice_case", "path"): lambda: world.file("practice.json"),
        ("Model.benchmark_cohort", "name"): lambda: "kneebayes-2",
        ("Model.diagnose_cohort_file", "patients"): lambda: world.file("patients.csv"),
        ("Model.diagnose_cohort_file", "target"): lambda: Path.cwd() / "diagnosed.csv",
        ("Model.simulate_to_file", "patients"): lambda: Path.cwd() / "drawn.csv",
        ("Model.simulate_to_file", "truth"): lambda: Path.cwd() / "drawn_truth.csv",
        ("cohort.diagnose_file", "patients"): lambda: world.file("patients.csv"),
        ("cohort.diagnose_file", "target"): lambda: Path.cwd() / "diagnosed.csv",
        ("exchange.load_network", "path"): lambda: world.file("network.xmlbif"),
        ("exchange.load_network_file", "path"): lambda: world.file("network.xmlbif"),
        ("exchange.save_network", "path"): lambda: Path.cwd() / "written.xmlbif",
        ("study.calibration_of", "truth"): lambda: _array([False, True]),
        ("study.evaluate_predictions", "probabilities"): lambda: world.truth.astype(float),
        ("study.evaluate", "patients"): lambda: world.simulated.answers,
        ("Model.evaluate", "patients"): lambda: world.simulated.answers,
        ("study.World", "name"): lambda: "a world",
        ("teaching.case_to_json", "case"): lambda: world.case,
        ("teaching.ask_at_random", "case"): lambda: world.case,
        ("teaching.ask_the_best", "case"): lambda: world.case,
        ("teaching.neglect_base_rates", "case"): lambda: world.case,
        ("teaching.ask_at_random", "rng"): lambda: __import__("numpy").random.default_rng(1),
        ("teaching.case_from_json", "text"): lambda: world.file("practice.json").read_text(),
        ("teaching.brier_score", "truth"): lambda: {"dry bearing": True},
        ("teaching.log_score", "truth"): lambda: {"dry bearing": True},
        ("teaching.StatedBelief", "case"): lambda: 1,
        ("teaching.StatedBelief", "stated"): lambda: 0.5,
        ("Network.children_of", "id"): lambda: "dry_bearing",
        ("Network.shape_of", "node"): lambda: world.model.network.nodes[0],
        ("Network.table_of", "node"): lambda: world.model.network.nodes[0],
        ("Network.forcing", "id"): lambda: "dry_bearing",
        ("Differential.sensitivity", "prior"): lambda: "dry bearing",
        ("ForeignModel.given", "answers"): lambda: {"squealing": "present"},
        ("ForeignCase.given", "answers"): lambda: {"hot_case": "present"},
        ("ForeignModel.cohort", "patients"): lambda: _frame({"squealing": ["present", None]}),
        ("ForeignModel.find", "name"): lambda: "squealing",
        ("Interview.answer", "answers"): lambda: {"squealing": True},
        ("Evaluation.draw_scores", "score"): lambda: "log_score",
    }
    if (function, place) in special:
        return special[function, place]()
    return by_place[place]()


CHEAP = {  # what would be slow by default: not the sizes but the kinds are looked at
    ("Model.misspecify", "n"): 5,
    ("study.misspecify", "n"): 5,
    ("Model.sample", "draws"): 200,
    ("Differential.robustness", "draws"): 10,
    ("study.calibration_of", "draws"): 5,
    ("Model.evaluate", "baselines"): [],
    ("study.evaluate", "baselines"): [],
}


def places_of(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Its parameters; none where it takes none."""
    return [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]


# what came of it


def attempt(world: World, found: Mapping[str, Callable[..., Any]], call: Call) -> str:
    """Make one call; what is wrong with what came of it, empty where nothing is."""
    function = found[call.function]
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for place in places_of(function):
        if place.name == call.place:
            value = VALUES[call.value]()
        elif (call.function, place.name) in CHEAP:
            value = CHEAP[call.function, place.name]
        elif place.default is inspect.Parameter.empty or (
            call.function == "Differential.sensitivity"
            and place.name == "prior"
            and call.place == "cause"
        ):
            if place.kind is inspect.Parameter.VAR_POSITIONAL:
                continue
            value = good(world, call.function, place.name)
        else:
            continue
        if place.kind is inspect.Parameter.KEYWORD_ONLY or (
            place.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
            and place.default is not inspect.Parameter.empty
        ):
            named[place.name] = value
        else:
            positional.append(value)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", "(?s).* is now called ")
            result = function(*positional, **named)
            return look(result, may_hold_nan=call.value in HOLD_NAN)
    except world.kb.KneebayesError as error:
        return "" if str(error).strip() else "an error without a word"
    except RecursionError:
        return "RecursionError"
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in last if "kneebayes/" in frame.filename]
        where = f" in {Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
        return f"{type(error).__name__}: {str(error)[:160]}{where}"


def look(result: object, *, may_hold_nan: bool) -> str:
    """Look at an answer in every way that a user would; what is wrong with it."""
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd

    plt.close("all")
    if isinstance(result, Iterator):
        return look(next(result, None), may_hold_nan=may_hold_nan)
    text = repr(result) + str(result)
    if hasattr(result, "_repr_html_"):
        result._repr_html_()
    may_hold_nan |= isinstance(result, pd.DataFrame) and "problem" in result
    if isinstance(result, float | np.floating):
        return "nan" if math.isnan(result) else ""
    if isinstance(result, Mapping):
        json.dumps(dict(result), allow_nan=False, default=str)
    if hasattr(result, "to_json") and not isinstance(result, pd.DataFrame | pd.Series):
        json.loads(result.to_json())
    if isinstance(result, str) and len(result) > 10_000:
        return ""  # a page
    return "nan in the text" if NAN.search(text) and not may_hold_nan else ""


def serve() -> None:
    """Answer calls from the standard input until it ends."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed by what is called must not be taken for an answer
    import matplotlib as mpl

    mpl.use("agg")
    world = World()
    found = functions(world)
    places = {name: [place.name for place in places_of(found[name])] for name in found}
    print(json.dumps(places), file=channel, flush=True)
    for line in sys.stdin:
        print(json.dumps(attempt(world, found, Call(*json.loads(line)))), file=channel, flush=True)


class Served:
    """The process that makes the calls, begun again when it is lost.

    Attributes
    ----------
    calls
        Every call there is: each function, in each place, given each value.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._start()
        self.calls = tuple(
            Call(function, place, value)
            for function, places in self._places.items()
            for place in places
            for value in VALUES
            if (function, place, value) not in LEFT_OUT
        )

    def _start(self) -> None:
        """Begin, and wait until it has made its world."""
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1]),
                              "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self._places: dict[str, list[str]] = json.loads(self.lines.get(timeout=300.0))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def ask(self, call: Call) -> str:
        """What is wrong with what came of a call."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        try:
            line = self.lines.get(timeout=SECONDS)
        except queue.Empty:
            fault = f"no answer in {SECONDS:g} s"
        else:
            if line:
                return str(json.loads(line))
            fault = "the process died"
        self.stop()
        self._start()
        return fault

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        self.reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def swept(
    choose: Callable[[tuple[Call, ...]], Sequence[Call]],
    report: Callable[[Call, str], None] | None = None,
) -> tuple[int, dict[Call, str]]:
    """Make the calls that are chosen: how many, and those that went wrong with what was wrong."""
    wrong: dict[Call, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        served = Served(folder)
        try:
            chosen = choose(served.calls)
            for call in chosen:
                if fault := served.ask(call):
                    wrong[call] = fault
                    if report is not None:
                        report(call, fault)
        finally:
            served.stop()
    return len(chosen), wrong


if __name__ == "__main__":
    serve()
