"""Benchmarks: how fast, how large and how right. ``python -m tests.benchmarks --quick``."""
