"""A process of its own, so that what takes too long or too much ends without harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import RLock
from typing import Any

from tqdm import tqdm

from benchmarks.machine import limit_memory

START = 300.0  # seconds that a process may take to get ready; compiling is among it
GIBIBYTES = 12.0
PATIENCE = 2.0  # seconds that an idle process gets to end by itself

Answerer = Callable[[Any], Any]


@dataclass(frozen=True)
class Outcome:
    """What came of one question: ``done``, ``time limit`` or ``failed``."""

    status: str
    value: Any = None

    @property
    def done(self) -> bool:
        """Whether there is an answer."""
        return self.status == "done"


class Aside:
    """Answers one question after another in another process, each within a time limit.

    Parameters
    ----------
    prepare
        Called once in that process; makes what answers the questions.
    limit
        Seconds for each question. A process that exceeds them is ended; the next question
        starts another.
    gibibytes
        Most address space that the process may take.
    """

    def __init__(
        self, prepare: Callable[[], Answerer], limit: float, gibibytes: float = GIBIBYTES
    ) -> None:
        self.prepare, self.limit, self.gibibytes = prepare, limit, gibibytes
        self._process: Any = None
        self._pipe: Any = None

    def __enter__(self) -> Aside:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(PATIENCE)

    def ask(self, question: Any) -> Outcome:
        """Ask one question and wait for the answer, no longer than the limit."""
        try:
            if self._process is None:
                self._start()
            self._pipe.send(question)
            if not self._pipe.poll(self.limit):
                self.end()
                return Outcome("time limit", self.limit)
            return Outcome(*self._pipe.recv())
        except (EOFError, OSError):  # it ended by itself: out of memory, most often
            self.end()
            return Outcome("failed", "the process ended")

    def end(self, patience: float = 0.0) -> None:
        """End the process, at once or after it had time to end by itself."""
        if self._process is not None:
            self._pipe.close()
            self._process.join(patience)
            self._process.kill()
            self._process.join()
            self._process = None

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self.prepare, self.gibibytes), daemon=True
        )
        self._process.start()
        theirs.close()
        if not self._pipe.poll(START):
            raise EOFError
        self._pipe.recv()


def _serve(pipe: Connection, prepare: Callable[[], Answerer], gibibytes: float) -> None:
    limit_memory(gibibytes)
    tqdm.set_lock(RLock())  # bars here need no lock that other processes share
    answer = prepare()
    pipe.send("ready")
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("done", answer(question)))
        except Exception as error:
            pipe.send(("failed", f"{type(error).__name__}: {error}"[:200]))
