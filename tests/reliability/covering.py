"""Which tests run which line: a plugin of pytest, ``-p reliability.covering``, with coverage.py.

What a fixture of a session or of a module runs counts for every test that uses the fixture, as
each of them runs it where it is alone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from _thread import start_new_thread
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

from kneebayes.inference import cores

FILE = "KNEEBAYES_COVERING"  # the variable with the name of the file that is written
IMPORTED = ""  # what runs on import, whichever test it is for


class Recording:
    """Lines of the package by test or fixture, and the seconds of every test.

    Parameters
    ----------
    file
        Where they are written when the tests end.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.measured = coverage.Coverage(data_file=None, source=["kneebayes"], config_file=False)
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()
        self.fixtures: dict[str, list[str]] = {}
        self.measured.start()
        cores.start_new_thread = start_traced
        self.measured.switch_context(IMPORTED)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """What runs now is of this test."""
        self.measured.switch_context(item.nodeid)
        self.fixtures[item.nodeid] = getattr(item, "fixturenames", [])
        result = yield
        self.measured.switch_context(IMPORTED)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        """What runs now is of a fixture, if others share it."""
        if fixturedef.scope == "function":
            return (yield)
        before = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        self.measured.switch_context(f"fixture {fixturedef.argname}")
        result = yield
        self.measured.switch_context(before)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test takes, and whether it fails: then it can judge nothing."""
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write what was recorded, tests and fixtures by their place among the names."""
        self.measured.stop()
        data, lines = self.measured.get_data(), {}
        places = {name: place for place, name in enumerate(sorted(data.measured_contexts()))}
        for file in data.measured_files():
            module = Path(file).relative_to(Path.cwd()).as_posix()
            lines[module] = {
                line: [places[name] for name in names]
                for line, names in data.contexts_by_lineno(file).items()
            }
        fixtures = {name: some for name, some in self.fixtures.items() if name not in self.failed}
        told = {"names": [*places], "seconds": self.seconds, "fixtures": fixtures}
        self.file.write_text(json.dumps(told | {"lines": lines}), encoding="utf-8")


def start_traced(work: Callable[..., object], arguments: tuple[Any, ...]) -> int:
    """A thread of the system whose lines are recorded as those of Python's own threads are."""
    trace = threading.gettrace()

    def run(*given: Any) -> None:
        """Trace first, which this thread is not asked to."""
        sys.settrace(trace)
        work(*given)

    return start_new_thread(run, arguments)


def pytest_configure(config: pytest.Config) -> None:
    """Record from the start, imports too."""
    config.pluginmanager.register(Recording(Path(os.environ[FILE])))
