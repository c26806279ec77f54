"""Kernels for notebooks, each forked from one process that has imported and loaded everything.

Every notebook has a kernel of its own, as clean as that process was left: what one notebook does,
no other sees. Only the seconds that importing and loading take are shared.
"""

import multiprocessing
import os
import sys
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode


class ForkedKernel(AsyncKernelManager):  # type: ignore[misc]
    """What a client of a notebook asks about a kernel that was started elsewhere."""

    process: BaseProcess

    @property
    def has_kernel(self) -> bool:
        return self.process.is_alive()

    async def _async_is_alive(self) -> bool:
        return self.process.is_alive()


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Fill in what the cells of a notebook say; an error in one of them is raised."""
    with TemporaryDirectory() as own:
        kernel = ForkedKernel(connection_file=str(Path(own, "kernel.json")), **_sockets(own))
        kernel.write_connection_file()
        told = (kernel.connection_file, str(folder))
        kernel.process = _processes().Process(target=_serve, args=told)
        kernel.process.start()
        client = NotebookClient(notebook, timeout=600, km=kernel)
        try:
            client.execute()
        finally:
            if client.kc is not None:
                client.kc.shutdown()
                kernel.process.join(timeout=30)
                client.kc.stop_channels()
            kernel.process.kill()
            kernel.process.join()


def _sockets(folder: str) -> dict[str, str]:
    """Where a kernel listens: at files of its own, since two kernels may find one port free."""
    if os.name == "nt":
        return {}
    return {"transport": "ipc", "ip": str(Path(folder, "kernel"))}


@cache
def _processes() -> Any:
    """Where processes come from: forks of a warm one, or new ones where there are no forks."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing.forkserver import ensure_running

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warmed_up"])
    with pytest.MonkeyPatch.context() as patch:  # Python 3.11 does not hand on its path
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        ensure_running()
    return context


def _serve(connection_file: str, folder: str) -> None:
    import pandas as pd

    os.chdir(folder)
    pd.set_option("display.max_columns", 20)  # as where pandas finds itself in a notebook
    quietly = ["--log-level=50", "--HistoryManager.hist_file=:memory:"]
    IPKernelApp.launch_instance(argv=["-f", connection_file, *quietly])
