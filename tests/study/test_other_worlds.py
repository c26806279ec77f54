"""Worlds that are not as a small model thinks: what is compared with what, field by field."""

import pytest

import kneebayes as kb
from kneebayes.cohort import VISIT, Recording
from kneebayes.study import Misspecification, worlds_of

ASKED = Recording(context=0.9, history=0.5, symptom=0.5, sign=0.5, test=0.1)


def test_every_world_differs_in_what_its_name_says(pump: kb.Model) -> None:
    shop = pump.in_setting("repair shop")
    for model, setting in (
        (pump, "setting: repair_shop"),
        (shop, ""),
    ):
        worlds = {one.name: one for one in worlds_of(model, ASKED)}
        names = ["as the model thinks", "lexicon: engineer", setting, "no mediators",
                 "5% of answers wrong", "15% of answers wrong",
                 "30% of the absent written down"]  # fmt: skip
        assert list(worlds) == [name for name in names if name]
        own, other, *_, five, fifteen, quiet = worlds.values()
        assert own.model is model
        assert own.recording is ASKED
        assert other.model.data.lexicon == "engineer"
        assert five.recording.misreported == 0.05
        assert fifteen.recording.misreported == 0.15
        assert (five.recording.absent_written, quiet.recording.misreported) == (1.0, 0.0)
        assert quiet.recording.absent_written == 0.3
        straight = worlds["no mediators"].model.data.network
        assert "low_flow" in model.data.network["weak_jet"].parents
        assert "low_flow" not in straight["weak_jet"].parents
        if setting:
            assert worlds[setting].model.data.setting == "repair_shop"
    assert worlds_of(pump)[0].recording == VISIT


@pytest.fixture(scope="module")
def studied(pump: kb.Model) -> Misspecification:
    worlds = worlds_of(pump, ASKED)
    chosen = [one for one in worlds if one.name.startswith(("as the", "lexicon", "15%"))]
    return pump.misspecify(120, chosen, seed=3, threshold=0.2)


def test_each_row_is_that_of_its_evaluation(studied: Misspecification) -> None:
    for row, world in zip(studied.table.to_dict("records"), studied.worlds, strict=True):
        evaluation = studied.evaluations[world.name]
        scores = evaluation.table.set_index("predictor")
        mine = scores.loc["exact network"]
        others = [name for name in scores.index if name not in ("exact network", "prior only")]
        (informed,) = others
        pair = evaluation.comparisons.set_index(["predictor", "score"]).loc[(informed, "log_score")]
        urgent = evaluation.urgent
        warned = urgent[(urgent["predictor"] == "exact network") & (urgent["id"] == "")].iloc[0]
        assert row == {
            "world": world.name,
            "log_score": mine["log_score"],
            "informed_log_score": scores.loc[informed, "log_score"],
            "regret": pytest.approx(mine["log_score"] - scores.loc[informed, "log_score"]),
            "regret_low": pytest.approx(-pair["high"]),
            "regret_high": pytest.approx(-pair["low"]),
            "prior_log_score": scores.loc["prior only", "log_score"],
            "brier": mine["brier"],
            "recall_3": mine["recall_3"],
            "calibration_error": mine["calibration_error"],
            "calibration_limit": mine["calibration_limit"],
            "urgent_patients": warned["patients"],
            "urgent_missed": warned["missed"],
            "impossible": evaluation.left_out,
        }
        assert row["regret_low"] <= row["regret"] <= row["regret_high"]
        assert evaluation.scoring.threshold == 0.2
    own = studied.table.iloc[0]
    assert own["regret"] == own["regret_low"] == own["regret_high"] == 0.0


def test_the_report_of_other_worlds_has_a_line_for_each(studied: Misspecification) -> None:
    rows = studied.table.to_dict("records")
    for row, line in zip(rows, studied.report.rows, strict=True):
        assert line[:3] == (
            row["world"], f"{row['log_score']:.4f}", f"{row['informed_log_score']:.4f}"
        )  # fmt: skip
        assert line[4] == f"{row['recall_3']:.1%}"
        assert line[5] == f"{row['calibration_error']:.2%} ({row['calibration_limit']:.2%})"
        assert line[6] == f"{row['urgent_missed']} of {row['urgent_patients']}"
    assert studied.report.rows[0][3] == "none: the same model"
    assert studied.report.known == "120 patients drawn in each world (seed 3)."
    assert studied.report.notes[1].endswith("20%.")
    out = int(studied.table["impossible"].sum())
    assert (len(studied.report.notes) == 3) == (out > 0)
    worst = max(rows, key=lambda row: row["regret"])
    assert repr(studied).endswith(f"regret {worst['regret']:.4f} bits, {worst['world']!r})")
    ax = studied.draw()
    assert [text.get_text() for text in ax.texts][1:] == [
        f"{row['regret']:+.4f}" for row in reversed(rows)
    ]
