"""The command line: ``kneebayes diagnose``, ``search``, ``trace``, ``check`` and the others."""

from kneebayes.cli import asking, files, looking, patients, practising, reading
from kneebayes.cli.app import app, main

__all__ = ["app", "asking", "files", "looking", "main", "patients", "practising", "reading"]
