"""Other formats: networks for other software, networks of others, patients in and out."""

from kneebayes.exchange.foreign import ForeignModel, reason_with
from kneebayes.exchange.foreign_case import ForeignCase
from kneebayes.exchange.foreign_result import ForeignResult
from kneebayes.exchange.networks import read_network, read_network_file, write_network
from kneebayes.exchange.patient import Patient, Told
from kneebayes.exchange.problems import ExchangeError, ExchangeWarning
from kneebayes.exchange.side_table import NetworkFile
from kneebayes.exchange.strict_json import write_json

__all__ = [
    "ExchangeError",
    "ExchangeWarning",
    "ForeignCase",
    "ForeignModel",
    "ForeignResult",
    "NetworkFile",
    "Patient",
    "Told",
    "read_network",
    "read_network_file",
    "reason_with",
    "write_json",
    "write_network",
]
