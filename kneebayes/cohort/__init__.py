"""Many patients at once: tables in memory, files larger than memory, and beyond one machine."""

from kneebayes.cohort.files import (
    CohortFile,
    diagnose_dask,
    diagnose_file,
    diagnose_partition,
    partition_meta,
)
from kneebayes.cohort.reading import ColumnMap, TableReport
from kneebayes.cohort.record import Cohort, diagnose_cohort, plain_answers
from kneebayes.cohort.simulation import (
    BENCHMARKS,
    COMPLETE,
    VISIT,
    Benchmark,
    Recording,
    SimulatedCohort,
    SimulatedFiles,
    simulate_pieces,
)

__all__ = [
    "BENCHMARKS",
    "COMPLETE",
    "VISIT",
    "Benchmark",
    "Cohort",
    "CohortFile",
    "ColumnMap",
    "Recording",
    "SimulatedCohort",
    "SimulatedFiles",
    "TableReport",
    "diagnose_cohort",
    "diagnose_dask",
    "diagnose_file",
    "diagnose_partition",
    "partition_meta",
    "plain_answers",
    "simulate_pieces",
]
