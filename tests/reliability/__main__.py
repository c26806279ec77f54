"""One command for all figures: ``python -m tests.reliability [--quick] [--only PART ...]``."""

import sys
from pathlib import Path


def start() -> None:
    """Run with the tests on the path, from wherever the command was given."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from reliability.run import main

    main()


if __name__ == "__main__":
    start()
