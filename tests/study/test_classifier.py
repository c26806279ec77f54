"""The network as a classifier of scikit-learn: which of its checks hold, and why not the others."""

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import DATA
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import estimator_checks_generator

import kneebayes as kb
from kneebayes.study import DifferentialClassifier

NO_ANSWERS = "the check makes up random numbers, which are no answers about a patient"
NOT_LEARNED = "nothing is learned: the causes are those of the network, whatever y is"
UNKNOWN_ALLOWED = "NaN is an answer: unknown"
NOT_APPLICABLE = {
    "check_fit_score_takes_y": NO_ANSWERS,
    "check_estimators_dtypes": NO_ANSWERS,
    "check_dtype_object": NO_ANSWERS,
    "check_pipeline_consistency": NO_ANSWERS,
    "check_estimators_pickle": NO_ANSWERS,
    "check_f_contiguous_array_estimator": NO_ANSWERS,
    "check_classifier_data_not_an_array": NO_ANSWERS,
    "check_classifiers_one_label": NO_ANSWERS,
    "check_classifiers_classes": NO_ANSWERS,
    "check_supervised_y_2d": NO_ANSWERS,
    "check_methods_sample_order_invariance": NO_ANSWERS,
    "check_methods_subset_invariance": NO_ANSWERS,
    "check_dict_unchanged": NO_ANSWERS,
    "check_fit_idempotent": NO_ANSWERS,
    "check_fit2d_1sample": NO_ANSWERS,
    "check_estimators_nan_inf": UNKNOWN_ALLOWED,
    "check_classifiers_train": NOT_LEARNED,
    "check_classifiers_regression_target": NOT_LEARNED,
    "check_supervised_y_no_nan": NOT_LEARNED,
    "check_array_api_input": "only with array_api_dispatch",
}
CHECKS = [
    check
    for _, check in estimator_checks_generator(DifferentialClassifier(folder=str(DATA / "tiny")))
    if check.func.__name__ not in NOT_APPLICABLE
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.func.__name__)
def test_the_checks_of_scikit_learn_that_apply(check: Any) -> None:
    check(DifferentialClassifier(folder=str(DATA / "tiny")))


def test_most_checks_apply() -> None:
    assert len(CHECKS) >= 30


def test_it_says_what_the_model_says(knee: kb.Model) -> None:
    cohort = knee.simulate(20, seed=1)
    network = DifferentialClassifier().fit(cohort.answers, cohort.truth)
    posteriors = knee.diagnose_cohort(cohort.answers).posteriors
    assert network.predict_proba(cohort.answers) == pytest.approx(posteriors.to_numpy())
    assert network.classes_.tolist() == list(posteriors.columns)
    present = network.predict(cohort.answers)
    assert (present == (posteriors.to_numpy() >= 0.5)).all()
    again = pickle.loads(pickle.dumps(network))
    assert (again.predict(cohort.answers) == present).all()


def test_it_stands_in_pipelines_and_cross_validation(robot: kb.Model) -> None:
    cohort = robot.simulate(30, seed=1)
    network = DifferentialClassifier(folder=str(DATA / "tiny"))
    line = make_pipeline(FunctionTransformer(), clone(network))
    said = cross_val_predict(line, cohort.answers, cohort.truth, cv=3, method="predict_proba")
    posteriors = robot.diagnose_cohort(cohort.answers).posteriors.to_numpy()
    assert np.asarray(said) == pytest.approx(posteriors)


def test_an_array_with_named_columns(knee: kb.Model) -> None:
    network = DifferentialClassifier(columns=["fever", "redness"], setting="emergency")
    said = np.array([[1.0, np.nan], [0.0, 0.3]])
    told = network.fit(said).predict_proba(said)
    there = knee.in_setting("emergency")
    assert told[0, 0] == pytest.approx(there.diagnose({"fever": True})[network.classes_[0]])
    frame = pd.DataFrame(said, columns=["fever", "redness"])
    assert network.predict_proba(frame) == pytest.approx(told)


def test_only_what_there_is_can_be_imported() -> None:
    import kneebayes.study

    with pytest.raises(AttributeError, match="has no attribute 'Classifier'"):
        _ = kneebayes.study.Classifier
