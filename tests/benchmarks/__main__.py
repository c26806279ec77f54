"""One command for all benchmarks: ``python -m tests.benchmarks [--quick] [--out FOLDER]``."""

import sys
from pathlib import Path


def start() -> None:
    """Run with the tests on the path, from wherever the command was given."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from benchmarks.run import main

    main()


if __name__ == "__main__":
    start()
