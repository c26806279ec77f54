"""Build the site: ``python docs/build.py [FOLDER]`` (build/site where none is given).

Strictly: a warning of Sphinx, a cell that fails, a link that does not hold, or anything that a
page would fetch from elsewhere ends it with an error. Needs ``pip install -e ".[docs]"``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from sphinx.cmd.build import build_main

sys.path.insert(0, str(Path(__file__).resolve().parent))

from checking import faults
from staging import ROOT, stage


def main(arguments: list[str]) -> int:
    """Build the site; 0 if nothing is wrong with it."""
    site = Path(arguments[0] if arguments else ROOT / "build" / "site")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        stage(source)
        doctrees = Path(folder) / "doctrees"
        options = ["-q", "-W", "--keep-going", "-E", "-j", "2", "-d", str(doctrees)]
        code = build_main([*options, "-b", "html", str(source), str(site)])
    if code:
        return code
    wrong = faults(site)
    for fault in wrong:
        print(fault, file=sys.stderr)
    if not wrong:
        print(f"The site stands in {site}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
