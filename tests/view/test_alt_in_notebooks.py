"""Pictures in a notebook carry their words, as IPython itself writes them."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import IPython
import matplotlib.pyplot as plt
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

import kneebayes as kb

PNG = "image/png"


def print_png(figure: Figure) -> bytes:
    file = BytesIO()
    figure.savefig(file, format="png", dpi=20)
    return file.getvalue()


@pytest.fixture
def formatter(monkeypatch: pytest.MonkeyPatch) -> DisplayFormatter:
    """What writes outputs in a notebook that shows figures as PNG."""
    made = DisplayFormatter()
    made.formatters[PNG].for_type(Figure, print_png)
    shell = SimpleNamespace(  # with what pyplot asks of it when it is first used
        display_formatter=made,
        events=SimpleNamespace(register=lambda *_: None),
        enable_gui=lambda *_: None,
    )
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    return made


def words_of(formatter: DisplayFormatter, figure: Figure) -> Any:
    data, metadata = formatter.format(figure, include=[PNG])
    assert data[PNG][:4] == b"\x89PNG"
    return metadata.get(PNG, {}).get("alt")


def test_a_picture_of_a_result_has_its_words(knee: kb.Model, formatter: DisplayFormatter) -> None:
    dx = knee.diagnose({"fever": True, "swollen knee": True})
    results = [dx, dx.explain("gout"), dx.questions(), knee.simulate(50, seed=1)]
    for result in results:
        assert words_of(formatter, result.draw().figure) == result.alt_text


def test_pictures_side_by_side_have_the_words_of_both(
    knee: kb.Model, formatter: DisplayFormatter
) -> None:
    first, second = knee.diagnose({"fever": True}), knee.diagnose({"locking": True})
    figure, (left, right) = plt.subplots(1, 2)
    first.draw(ax=left)
    second.draw(ax=right)
    first.draw(ax=left)
    assert words_of(formatter, figure) == f"{first.alt_text} {second.alt_text}"


def test_other_pictures_stay_as_they_are(knee: kb.Model, formatter: DisplayFormatter) -> None:
    knee.diagnose({"fever": True}).draw()
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    assert words_of(formatter, figure) is None


def test_nothing_is_kept_outside_a_notebook(knee: kb.Model) -> None:
    ax = knee.diagnose({"fever": True}).draw()
    assert not [name for name in vars(ax.figure) if "kneebayes" in name]
