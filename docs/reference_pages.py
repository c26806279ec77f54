"""Pages of the reference: what Python and the command line offer, listed from the code itself."""

from __future__ import annotations

import inspect
import pkgutil
from html import escape
from importlib import import_module
from types import ModuleType

import typer

import kneebayes as kb
from kneebayes.cli import app as application

__all__ = ["reference_pages"]

MEMBERS = ("members", "inherited-members: dict")
ROOMS = {
    "cohort": "Many patients",
    "study": "Studies",
    "learning": "Learning from patients",
    "teaching": "Teaching",
    "history": "Histories in words",
    "exchange": "Other software",
}


def reference_pages() -> dict[str, str]:
    """Markdown by file name: the model, the differential, its results, the rooms, the program."""
    errors = [name for name in kb.__all__ if name.endswith("Error")]
    pages = {
        "model.md": _page(
            "The model",
            "Read a knowledge folder, then ask the model that it becomes.",
            [("kneebayes", "load"), ("kneebayes", "save"), ("kneebayes", "Model")],
        ),
        "differential.md": _page(
            "The differential", "One patient, ranked.", [("kneebayes", "Differential")]
        ),
        "results.md": _page(
            "What a differential answers",
            "What comes back when a differential or a model is asked. Each shows itself as text"
            " and in a notebook, and has its numbers as a table.",
            _classes("kneebayes.questions"),
        ),
        "errors.md": _page(
            "Errors",
            "Every error says where, what is wrong, what was given and what to do.",
            [("kneebayes", name) for name in errors],
        ),
        "command-line.md": _command_line(),
    }
    for room, title in ROOMS.items():
        module = import_module(f"kneebayes.{room}")
        names = [(module.__name__, name) for name in module.__all__]
        pages[f"{room}.md"] = _page(title, f"`kneebayes.{room}`: {_first_line(module)}", names)
    pages["index.md"] = _index(pages)
    return pages


def _page(title: str, about: str, names: list[tuple[str, str]]) -> str:
    parts = [f"# {title}", "", about, ""]
    for module, name in names:
        value = getattr(import_module(module), name)
        parts += [f"## {name}", ""]
        if inspect.isclass(value) and issubclass(value, Exception):
            parts += _directive("autoexception", f"{module}.{name}", "show-inheritance")
        elif inspect.isclass(value):
            parts += _directive("autoclass", f"{module}.{name}", *MEMBERS)
        elif callable(value):
            parts += _directive("autofunction", f"{module}.{name}")
        else:
            parts += _constant(module, name, value)
    return "\n".join(parts)


def _directive(kind: str, name: str, *options: str) -> list[str]:
    lines = [f"   :{option}" + ("" if ":" in option else ":") for option in options]
    return ["```{eval-rst}", f".. {kind}:: {name}", *lines, "```", ""]


def _constant(module: str, name: str, value: object) -> list[str]:
    """A constant with its value, which tells more than its type."""
    shown = repr(value)
    if isinstance(value, dict | list | tuple) and len(shown) > 70:
        shown = f"{type(value).__name__} of {len(value)}"
    return ["```{eval-rst}", f".. py:data:: {module}.{name}", "", f"   ``{shown}``", "```", ""]


def _classes(package: str) -> list[tuple[str, str]]:
    """The public classes of a package, each where it is written."""
    root = import_module(package)
    found = []
    for info in pkgutil.walk_packages(root.__path__, f"{package}."):
        module = import_module(info.name)
        for name, value in vars(module).items():
            written_here = inspect.isclass(value) and value.__module__ == module.__name__
            if written_here and not name.startswith("_"):
                found.append((module.__name__, name))
    return found


def _first_line(module: ModuleType) -> str:
    text = (module.__doc__ or "").strip().splitlines()[0]
    return text[:1].lower() + text[1:]


def _index(pages: dict[str, str]) -> str:
    order = ["model", "differential", "results", *ROOMS, "errors", "command-line"]
    lines = ["# Reference", "", "Made from the docstrings and from the program itself.", ""]
    for name in order:
        title, about = pages[f"{name}.md"].split("\n")[0:3:2]
        lines.append(f"- [{title[2:]}]({name}.md): {about}")
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", *order, "```", ""])


# The command line


def _command_line() -> str:
    """Every command with its arguments and options, as the program itself has them."""
    group = typer.main.get_command(application)
    lines = ["# Command line", "", "What `kneebayes COMMAND --help` says, in one place.", ""]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        if command.hidden:  # an old name that still works
            continue
        lines += [f"## kneebayes {name}", "", *_paragraphs(command.help or ""), ""]
        usage = " ".join(_usage(parameter) for parameter in command.params)
        lines += ["```text", f"kneebayes {name} {usage}".rstrip(), "```", ""]
        rows = "".join(_option(parameter) for parameter in command.params)
        head = '<tr><th scope="col">takes</th><th scope="col">means</th></tr>'
        if rows:
            table = f'<table class="options"><thead>{head}</thead><tbody>{rows}</tbody></table>'
            lines += [f'<div class="knowledge-table">{table}</div>', ""]
    lines += ["## Exit codes", "", *_exit_codes(), ""]
    return "\n".join(lines)


def _paragraphs(text: str) -> list[str]:
    """The help of a command; what is indented in it stays as it is."""
    lines = inspect.cleandoc(text.replace("\b", "")).splitlines()
    return ["```text", *lines, "```"] if any(line.startswith(" ") for line in lines) else lines


def _usage(parameter: object) -> str:
    name = _name(parameter)
    required = getattr(parameter, "required", False)
    many = "..." if getattr(parameter, "nargs", 1) == -1 else ""
    return f"{name}{many}" if required else f"[{name}{many}]"


def _name(parameter: object) -> str:
    if getattr(parameter, "param_type_name", "") == "argument":
        return str(parameter.name).upper()  # type: ignore[attr-defined]
    return str(max(parameter.opts, key=len))  # type: ignore[attr-defined]


def _option(parameter: object) -> str:
    opts = [*parameter.opts, *parameter.secondary_opts]  # type: ignore[attr-defined]
    is_option = getattr(parameter, "param_type_name", "") == "option"
    names = ", ".join(opts) if is_option else _name(parameter)
    default = getattr(parameter, "default", None)
    given = default not in (None, False, (), [], "") and not callable(default)
    says = escape(getattr(parameter, "help", None) or "")
    says += f" <span class='default'>Default: {escape(str(default))}.</span>" if given else ""
    head = f'<th scope="row"><code>{escape(names)}</code></th>'
    return f'<tr>{head}<td data-head="means">{says}</td></tr>'


def _exit_codes() -> list[str]:
    """What the program's own description says of them."""
    text = inspect.cleandoc(import_module("kneebayes.cli.app").__doc__ or "")
    return [part for part in text.split("\n\n") if part.startswith("Exit codes")][:1]
