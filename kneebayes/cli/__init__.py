"""The command line: ``kneebayes diagnose``, ``findings``, ``cause``, ``check`` and the others."""

from kneebayes.cli import asking, looking
from kneebayes.cli.app import app, main

__all__ = ["app", "asking", "looking", "main"]
