"""Imported once by the process that kernels are forked from: what nearly every notebook needs."""

import os

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

import matplotlib.pyplot as plt  # noqa: F401
import warm_kernels  # noqa: F401

import kneebayes as kb

kb.load().diagnose({}).ranking  # noqa: B018
