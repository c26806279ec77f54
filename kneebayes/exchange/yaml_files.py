"""YAML read with care, where PyYAML is installed: plain values only, no references."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from kneebayes.exchange.problems import Problems
from kneebayes.exchange.strict_json import LARGEST, decode_json, read_bytes, read_json

__all__ = ["YAML", "read_yaml"]

YAML = (".yaml", ".yml")


def read_yaml(path: Path, problems: Problems) -> Any:
    """The content of a YAML file, checked as JSON is; dates stay texts.

    Raises
    ------
    ExchangeError
        If PyYAML is not installed, or the file is no YAML, or refers to parts of itself.
    """
    try:
        yaml = importlib.import_module("yaml")
    except ImportError:
        problems.stop("file", "PyYAML is not installed.", "Install it, or save the file as JSON.")
    text = decode_json(read_bytes(path, problems, LARGEST), problems)
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            problems.stop("content", "it refers to parts of itself.", "Write them out.")
        content = yaml.load(text, Loader=_loader(yaml))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        if isinstance(error, ValueError) and hasattr(error, "problems"):
            raise
        message = str(error).replace("\n", " ")[:200]
        problems.stop("content", f"not valid YAML: {message}.", "Mend it there.")
    if not isinstance(content, dict):
        problems.stop("content", "it is no object.", "A phenopacket is one.")
    return read_json(content, problems)


def _loader(yaml: Any) -> Any:
    """A safe loader that leaves dates as they stand."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Safe, without dates."""

    Loader.yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Loader
