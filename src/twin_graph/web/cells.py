"""The values of a cell as HTML: what a template could write, at a tenth of its cost.

A page of five hundred rows has thousands of values. Everything that comes from data is escaped here, and
addresses are those that `values` has checked.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from twin_graph.web.names import Title
from twin_graph.web.values import Value

LONGEST = 300  # characters of a name in a table; its own page and the downloads have all of it
HINT = 18  # characters of what is only heard; nobody wants to hear whole titles row after row


def cell(values: Sequence[Value], apart: bool = False) -> Markup:
    """Values beside each other, or below each other as a list where `apart` says so."""
    if len(values) == 1:
        return Markup(_value(values[0]))  # noqa: S704 - escaped below
    shown = [_value(value) for value in values]
    if apart and shown:
        return Markup(f'<ul class="plain">{"".join(f"<li>{each}</li>" for each in shown)}</ul>')  # noqa: S704
    return Markup(", ".join(shown))  # noqa: S704


def brief(title: Title) -> Markup:
    """A name with the languages of its parts, cut where it is longer than anybody reads."""
    return Markup(_title(title))  # noqa: S704


def _value(value: Value) -> str:
    name = _title(value.title)
    if value.href:
        hint = f'<span class="hidden">: {_cut(value.hint, HINT)}</span>' if value.hint else ""
        beside = "".join(
            f' <span class="tag">· <span lang="{escape(text.language)}" dir="auto">{_cut(text.text)}</span></span>'
            for text in value.beside
        )
        return f'<a href="{escape(value.href)}">{name}{hint}</a>{beside}'
    if value.mark and value.mark != "number":
        return f'<span class="mark {escape(value.mark)}">{name}</span>'
    return name


def _title(title: Title) -> str:
    return "".join(
        f'<span lang="{escape(part.language)}" dir="auto">{_cut(part.text)}</span>'
        if part.language
        else _cut(part.text)
        for part in title.parts
    )


def _cut(text: str, longest: int = LONGEST) -> str:
    return str(escape(text if len(text) <= longest else f"{text[:longest]}…"))
