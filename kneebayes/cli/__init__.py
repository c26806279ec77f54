"""The command line: ``kneebayes diagnose``, ``search``, ``trace``, ``check`` and the others."""

from kneebayes.cli import (
    asking,
    files,
    looking,
    practising,
    reading,
    starting,
    studying,
)
from kneebayes.cli.app import app, main

__all__ = [
    "app",
    "asking",
    "files",
    "looking",
    "main",
    "practising",
    "reading",
    "starting",
    "studying",
]
