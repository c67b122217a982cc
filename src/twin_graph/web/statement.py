"""The accessibility statement: a legal page whose text is ours and whose values are configured, never made up."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, url_for

from twin_graph.formats import HTML
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("statement", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"


@bp.get(f"/{_LANG}/accessibility")
def accessibility(lang: str) -> Response:
    """The accessibility statement in a language."""
    here = site()
    if not is_here(path := url_for("statement.accessibility", lang=lang)):
        return redirect(here, path, 301)
    statement = here.imprint.accessibility
    return represent(
        here, HTML, lambda: render_template("accessibility.html", statement=statement), language=lang
    )


@bp.app_template_global("phone")
def phone(text: str) -> str:
    """A number of telephone as it may stand in href; empty where it is none.

    >>> phone("+48 81 466 20 00"), phone("ask at the desk")
    ('tel:+48814662000', '')
    """
    digits = re.sub(r"[\s()\-./]", "", text)
    return f"tel:{digits}" if re.fullmatch(r"\+?[0-9]{5,15}", digits) else ""
