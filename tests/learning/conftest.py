"""The enumeration of fired links is an oracle of another folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reasoning"))
