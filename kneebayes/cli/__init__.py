"""The command line: ``kneebayes diagnose``, ``search``, ``trace``, ``check`` and the others."""

from kneebayes.cli import asking, looking, patients, practising
from kneebayes.cli.app import app, main

__all__ = ["app", "asking", "looking", "main", "patients", "practising"]
