"""Reliability: figures that anyone can recompute. ``python -m tests.reliability --quick``."""
