"""How Sphinx makes the site. Start it with ``python docs/build.py``, which prepares the pages.

Nothing on a page may be fetched from elsewhere, so that the site can be read without a network:
no fonts, no scripts, and formulas as MathML, which browsers draw by themselves.
"""

import re
from importlib.metadata import version as version_of
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

project = "kneebayes"
author = "The kneebayes authors"
copyright = author
release = version = version_of("kneebayes")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
templates_path = []
root_doc = "index"

html_theme = "furo"
html_title = "kneebayes"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#1f5f8b",
        "color-brand-content": "#1f5f8b",
        "font-stack": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    },
    "dark_css_variables": {
        "color-brand-primary": "#8cc4ee",
        "color-brand-content": "#8cc4ee",
    },
}

# Pages with code cells run while the site is built; the notebooks of the course come with their
# output and are read as they are.
nb_execution_mode = "force"
nb_execution_excludepatterns = ["course/*"]
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0)]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_links_external_new_tab = False

toc_object_entries = False  # the menu of every page would carry every method
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_preprocess_types = False

copybutton_prompt_text = r">>> |\.\.\. |\$ |In \[\d*\]: "
copybutton_prompt_is_regexp = True
python_use_unqualified_type_names = True
suppress_warnings = ["ref.python"]  # a word of an annotation that several classes have as a member


def _display(self: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    self.body.append(f'<div class="math">{_mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def _inline(self: Any, node: nodes.math) -> None:
    """A formula inside a sentence."""
    self.body.append(_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _mathml(formula: str, display: str) -> str:
    """A formula as MathML; spaces that TeX would make wide stay wide."""
    return re.sub(r"\s+", " ", convert(formula, display=display))


def _is_of_others(_app: Sphinx, _what: str, _name: str, member: object, *_: object) -> bool | None:
    """Leave out what a class inherits from another package: that package describes it."""
    where = getattr(member, "__module__", None) or "kneebayes"
    return None if str(where).startswith(("kneebayes", "builtins")) else True


def _as_written(
    _app: Sphinx, what: str, _name: str, _member: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking what stands before a colon for the type of a property."""
    if what in ("attribute", "data", "property"):
        lines.insert(0, "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw formulas without any script, and describe our own code only."""
    app.connect("autodoc-skip-member", _is_of_others)
    app.connect("autodoc-process-docstring", _as_written, priority=400)
    app.add_html_math_renderer("mathml", (_inline, None), (_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
