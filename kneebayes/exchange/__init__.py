"""Other formats: networks for other software, networks of others, patients in and out."""

from typing import Any

from kneebayes.binding import renamed_in
from kneebayes.exchange.data_files import ExchangeError, ExchangeWarning, save_json
from kneebayes.exchange.foreign import ForeignCase, ForeignModel, reason_with
from kneebayes.exchange.foreign_result import ForeignResult
from kneebayes.exchange.networks import load_network, load_network_file, save_network
from kneebayes.exchange.patient import Patient, Told
from kneebayes.exchange.side_table import NetworkFile

__all__ = [
    "ExchangeError",
    "ExchangeWarning",
    "ForeignCase",
    "ForeignModel",
    "ForeignResult",
    "NetworkFile",
    "Patient",
    "Told",
    "load_network",
    "load_network_file",
    "reason_with",
    "save_json",
    "save_network",
]

RENAMED = {
    "read_network": load_network,
    "read_network_file": load_network_file,
    "write_json": save_json,
    "write_network": save_network,
}


def __getattr__(name: str) -> Any:
    """Old names, for one version."""
    return renamed_in(__name__, RENAMED, name)
