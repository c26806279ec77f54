"""Beyond one machine: the parts of a table are diagnosed as the whole is."""

import os
import pickle
import re
from collections.abc import Callable, Iterator

import dask.dataframe as dd
import pandas as pd
import pytest
from cohort_patients import KNEE_COLUMNS, ROBOT_COLUMNS, assert_equal, drawn
from conftest import DATA
from distributed import Client, LocalCluster

import kneebayes as kb
from kneebayes.cohort import diagnose_dask, diagnose_partition, partition_meta
from kneebayes.inference import answering, batch
from kneebayes.inference.limits import LIMITS, MOST_WORK, ROOMY
from kneebayes.knowledge.statements import Layer

PLAIN = {
    "squeak": [True, False, None],
    "rain": [True, False],
    "sparks": [0.25, 0.1, None],
    "model year": ["vintage", "current", None],
}


def patients(rows: int) -> pd.DataFrame:
    kinds = {"squeak": "boolean", "sparks": "float64", "model year": "str"}
    frame = drawn(PLAIN, rows).astype(kinds)
    frame.index = pd.Index([f"p{at:03d}" for at in range(rows)], name="patient")
    return frame


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A worker process on this machine, beside the one that asks."""
    folder = str(tmp_path_factory.mktemp("dask"))
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            local_directory=folder,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def pump() -> kb.Model:
    """Another folder than the one that comes with the package, by another lexicon than its own."""
    return kb.load(DATA / "pump", lexicon="engineer")


def test_a_cluster_gives_what_one_process_gives(robot: kb.Model, client: Client) -> None:
    frame = patients(60)
    spread = diagnose_dask(dd.from_pandas(frame, npartitions=4), robot)
    made = spread.compute()
    assert_equal(made, robot.diagnose_cohort(frame).table)
    (process,) = client.run(os.getpid).values()
    assert process != os.getpid()


def test_a_cluster_asks_the_lexicon_and_folder_of_the_model(
    robot: kb.Model, pump: kb.Model, client: Client
) -> None:
    assert client.status == "running"
    frame = drawn({"squeak": [True, False], "patient": [1, 2]}, 8).astype({"patient": int})
    spread = dd.from_pandas(frame, npartitions=2)
    made = diagnose_dask(spread, robot, keep=["patient"]).compute()
    assert made["patient"].tolist() == frame["patient"].tolist()
    assert_equal(made.drop(columns="patient"), robot.diagnose_cohort(frame[["squeak"]]).table)
    few = drawn({"humming": [True, False], "squealing": [False, True, None]}, 4)
    spread = diagnose_dask(dd.from_pandas(few.astype(str), npartitions=1), pump)
    assert_equal(spread.compute(), pump.diagnose_cohort(few).table)
    other = pump.with_lexicon("gardener").diagnose_cohort(few).table
    assert not pump.diagnose_cohort(few).table.equals(other)


AS_THEY_ARE: dict[str, Callable[[kb.Model], kb.Model]] = {
    "as it is": lambda knee: knee,
    "another lexicon": lambda knee: knee.with_lexicon("cautious"),
    "a setting": lambda knee: knee.in_setting("emergency"),
    "the article alone": lambda knee: knee.in_layer("article"),
    "what lies beyond": lambda knee: knee.in_layer("beyond"),
    "taught": lambda knee: knee.update(pd.DataFrame({"gout": [True] * 9, "fever": [True] * 9})),
    "a setting, taught": lambda knee: knee.in_setting("hospital").update(
        pd.DataFrame({"gout": [True] * 9})
    ),
    "as a differential has it": lambda knee: knee.in_setting("hospital").diagnose({}).model,
}


@pytest.mark.parametrize("kind", AS_THEY_ARE)
def test_a_model_travels_with_all_that_it_is(knee: kb.Model, client: Client, kind: str) -> None:
    """Its folder and lexicon alone gave the posteriors of another model."""
    assert client.status == "running"
    model = AS_THEY_ARE[kind](knee)
    frame = pd.DataFrame({"fever": [True, False, None], "limp": [None, True, False]}, dtype=object)
    spread = diagnose_dask(dd.from_pandas(frame.astype("boolean"), npartitions=3), model)
    assert_equal(spread.compute(), model.diagnose_cohort(frame).table)


def test_words_and_numbers_in_one_column_survive_the_text_that_dask_makes_of_them(
    robot: kb.Model, client: Client
) -> None:
    assert client.status == "running"
    frame = drawn(ROBOT_COLUMNS, 20)
    made = diagnose_dask(dd.from_pandas(frame, npartitions=2), robot).compute()
    assert_equal(made, robot.diagnose_cohort(frame).table)


def test_a_patient_that_is_too_wide_is_marked_by_the_worker(knee: kb.Model, client: Client) -> None:
    assert client.status == "running"
    frame = pd.DataFrame({one.id: [None, 0.7] for one in knee.findings}, index=["ann", "bob"])
    spread = diagnose_dask(dd.from_pandas(frame.astype(float), npartitions=1), knee)
    client.run(learn)  # the network, while there is room to make it
    client.run(allow, 1.0, 1)  # the worker is to refuse at once
    try:
        assert spread["answered"].compute().to_dict() == {"ann": True, "bob": False}
    finally:
        client.run(allow, MOST_WORK, ROOMY.most)


def learn() -> None:
    """Calibrate the model in the process that calls this, where it is kept."""
    kb.load()


def allow(work: float, entries: int) -> None:
    """Set how much a question may take, in the process that calls this."""
    answering.MOST_WORK, answering.ROOMY = work, ROOMY._replace(most=entries)
    batch.LIMITS = LIMITS._replace(most=min(LIMITS.most, 30_000 * entries))


def test_columns_are_checked_before_any_work_is_sent_out(knee: kb.Model) -> None:
    spread = dd.from_pandas(pd.DataFrame({"fevr": [True]}), npartitions=1)
    with pytest.raises(kb.UnknownNameError, match="Did you mean 'fever'"):
        diagnose_dask(spread, knee)


def test_only_a_dask_table_goes_to_a_cluster(knee: kb.Model) -> None:
    text = "A cohort on a cluster must be a dask DataFrame, got DataFrame. For a pandas DataFrame"
    with pytest.raises(kb.EvidenceError, match=re.escape(text)):
        diagnose_dask(pd.DataFrame({"fever": [True]}), knee)


def test_a_part_is_diagnosed_as_the_whole_is(knee: kb.Model) -> None:
    frame = drawn(KNEE_COLUMNS, 12)
    send = pickle.loads(pickle.dumps(diagnose_partition))
    made = pd.concat([send(frame.iloc[:5]), send(frame.iloc[5:])])
    assert_equal(made, knee.diagnose_cohort(frame).table)


def test_the_meta_is_what_a_part_becomes(robot: kb.Model) -> None:
    frame = drawn(ROBOT_COLUMNS, 5).assign(patient=range(5))
    folder = robot.knowledge.folder
    made = diagnose_partition(frame, folder, keep=["patient"])
    meta = partition_meta(frame, folder, keep=["patient"])
    assert len(meta) == 0
    pd.testing.assert_series_equal(meta.dtypes, made.dtypes)
    pd.testing.assert_frame_equal(meta, made.iloc[:0])


@pytest.mark.parametrize(("layer", "setting"), [("article", None), ("beyond", "hospital")])
def test_a_part_is_read_in_a_layer_and_a_setting_and_says_so(
    layer: Layer, setting: str | None
) -> None:
    frame = pd.DataFrame({"fever": [True, False], "lump behind the knee": [False, True]})
    made = diagnose_partition(frame, layer=layer, setting=setting)
    model = kb.load(layer=layer, setting=setting)
    assert_equal(made, model.diagnose_cohort(frame).table)
    pd.testing.assert_frame_equal(partition_meta(frame, None, None, (), layer, setting), made[:0])
    assert all(f": {name}" in made.attrs["made_by"] for name in (layer, setting) if name)
