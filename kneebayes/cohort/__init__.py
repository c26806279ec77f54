"""Many patients at once: tables in memory, files larger than memory, and beyond one machine."""

from kneebayes.cohort.clusters import diagnose_dask
from kneebayes.cohort.files import CohortFile, diagnose_file
from kneebayes.cohort.partition import diagnose_partition, partition_meta
from kneebayes.cohort.record import Cohort, diagnose_cohort

__all__ = [
    "Cohort",
    "CohortFile",
    "diagnose_cohort",
    "diagnose_dask",
    "diagnose_file",
    "diagnose_partition",
    "partition_meta",
]
