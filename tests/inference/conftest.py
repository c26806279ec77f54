"""Both ways to an answer: plain NumPy and compiled code."""

import pytest

from kneebayes.inference import Engine


@pytest.fixture(params=["plain", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have every single question answered in one of the two ways, whatever is loaded."""
    monkeypatch.setattr(Engine, "_use_compiled", lambda _: request.param == "compiled")
    return str(request.param)
