"""The command line: ``kneebayes diagnose``, ``search``, ``trace``, ``check`` and the others."""

from kneebayes.cli import (
    asking,
    copying,
    foreign,
    looking,
    page,
    practising,
    reading,
    starting,
    studying,
)
from kneebayes.cli.app import app, main

__all__ = [
    "app",
    "asking",
    "copying",
    "foreign",
    "looking",
    "main",
    "page",
    "practising",
    "reading",
    "starting",
    "studying",
]
