"""A page of HTML taken apart strictly: its elements must close in order, and nothing in it may run or style inline.

Knows nothing of this site: what a page has to hold is the test's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
})  # fmt: skip
# What these hold is in no language of people.
_NO_LANGUAGE = frozenset({"code", "kbd", "pre", "samp", "textarea"})
# What these elements may hold; everything else may hold anything.
_CHILDREN = {
    "ul": {"li", "template"}, "ol": {"li", "template"}, "dl": {"dt", "dd", "div"},
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"}, "thead": {"tr"}, "tbody": {"tr"},
    "tfoot": {"tr"}, "tr": {"td", "th"}, "select": {"option", "optgroup", "hr"}, "datalist": {"option"},
}  # fmt: skip
_ONLY_TEXT = frozenset({"title", "option", "textarea"})
# Attributes that load something by themselves; `href` does so on some elements only.
_LOADING = {"src", "srcset", "poster", "data", "background", "action", "formaction"}
_LOADING_HREF = {"use", "image", "feimage", "script"}
_LOADING_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch"}
_DATA_BLOCKS = {"application/ld+json", "application/json"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_IDREFS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "list")


@dataclass
class Markup:
    """What was found on one page.

    Attributes:
        problems: what is wrong with the markup, as sentences.
        links: the addresses of `a`, `area` and `form` elements (GET), as they are written.
        resources: addresses that a browser loads by itself.
        relations: `link` elements: relation, address, language.
        texts: what a reader sees, with the language that is marked nearest around it; none inside code.
        references: ids that attributes of the page refer to.
    """

    problems: list[str] = field(default_factory=list)
    language: str = ""
    title: str = ""
    headings: list[tuple[int, str]] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    resources: list[str] = field(default_factory=list)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    tables: list[list[list[str]]] = field(default_factory=list)
    data_blocks: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that a reader sees."""
        return "".join(text for text, _ in self.texts)


def read_page(text: str) -> Markup:
    """Take a whole page apart."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    page = reader.page
    if not text.lstrip().lower().startswith("<!doctype html>"):
        page.problems.append("no doctype")
    page.problems += [f"<{tag}> is never closed" for tag, _ in reader.open]
    page.problems += [
        f"the id {name!r} stands {count} times" for name, count in page.ids.items() if count > 1
    ]
    page.problems += [f"nothing has the id {name!r}" for name in sorted(page.references - set(page.ids))]
    if found := _CONTROL.search(text):
        page.problems.append(f"there is the control character {found.group()!r}")
    for block in page.data_blocks:
        try:
            json.loads(block)
        except ValueError as problem:
            page.problems.append(f"a block of data is no JSON: {problem}")
    return page


class _Reader(HTMLParser):
    """Keeps the open elements; each has the language that holds inside it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Markup()
        self.open: list[tuple[str, str]] = []
        self._collecting: list[list[str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self._check_place(tag)
        if len(values) < len(attributes):
            self.page.problems.append(f"<{tag}> has an attribute twice")
        self._check_attributes(tag, values)
        self._note(tag, values)
        if tag not in _VOID:
            around = self.open[-1][1] if self.open else ""
            self.open.append((tag, "" if tag in _NO_LANGUAGE else values.get("lang", around)))
            self._begin(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            inside = self.open[-1][0] if self.open else "nothing"
            self.page.problems.append(f"</{tag}> closes <{inside}> at {self.getpos()}")
            if tag not in {name for name, _ in self.open}:
                return
        while self.open and self.open.pop()[0] != tag:
            pass
        self._end(tag)

    def handle_data(self, data: str) -> None:
        names = [name for name, _ in self.open]
        inside = names[-1] if names else ""
        if inside == "script":
            self.page.data_blocks.append(data)
            return
        if inside in ("ul", "ol", "table", "tbody", "thead", "tr", "dl") and data.strip():
            self.page.problems.append(f"text stands in <{inside}>: {data.strip()[:60]!r}")
        for collected in self._collecting:
            collected.append(data)
        if inside not in ("title", "style") and "head" not in names:
            self.page.texts.append((data, self.open[-1][1] if self.open else ""))

    def handle_decl(self, declaration: str) -> None:
        if declaration.lower() != "doctype html":
            self.page.problems.append(f"declaration <!{declaration[:60]}>")

    def unknown_decl(self, data: str) -> None:
        self.page.problems.append(f"section <![{data[:60]}")

    def handle_pi(self, data: str) -> None:
        self.page.problems.append(f"instruction <?{data[:60]}")

    def _check_place(self, tag: str) -> None:
        names = [name for name, _ in self.open]
        inside = names[-1] if names else ""
        if tag in _BLOCKS and "p" in names and "svg" not in names:
            self.page.problems.append(f"<{tag}> stands in <p> at {self.getpos()}")
        if inside in _CHILDREN and tag not in _CHILDREN[inside]:
            self.page.problems.append(f"<{tag}> stands in <{inside}> at {self.getpos()}")
        if inside in _ONLY_TEXT and "svg" not in names:
            self.page.problems.append(f"<{tag}> stands in <{inside}>")
        if tag in ("a", "form", "button", "label") and tag in names:
            self.page.problems.append(f"<{tag}> stands in <{tag}> at {self.getpos()}")

    def _check_attributes(self, tag: str, values: dict[str, str]) -> None:
        problems = self.page.problems
        if tag == "style" or "style" in values:
            problems.append(f"<{tag}> is styled inline")
        if tag == "script" and "src" not in values and values.get("type") not in _DATA_BLOCKS:
            problems.append("a script is inline")
        problems += [f"<{tag}> has {name}" for name in values if name.startswith("on")]
        for name in ("href", "xlink:href", "src", "action", "formaction"):
            scheme = urlsplit(values.get(name, "").strip()).scheme.lower()
            if scheme not in ("", "http", "https", "mailto", "webcal"):
                problems.append(f"<{tag} {name}> has the scheme {scheme}")
        if tag == "img" and "alt" not in values:
            problems.append("an image has no alternative text")
        if tag == "a" and "href" in values and not values["href"]:
            problems.append("a link leads nowhere")

    def _note(self, tag: str, values: dict[str, str]) -> None:
        page = self.page
        if tag == "html":
            page.language = values.get("lang", "")
        if "id" in values:
            page.ids[values["id"]] += 1
        for name in _IDREFS:
            page.references.update(values.get(name, "").split())
        if tag in ("a", "area") and "href" in values:
            page.links.append(values["href"])
        if tag == "link":
            page.relations.append((values.get("rel", ""), values.get("href", ""), values.get("hreflang", "")))
            if not _LOADING_RELATIONS.isdisjoint(values.get("rel", "").split()):
                page.resources.append(values.get("href", ""))
        if tag == "meta" and "content" in values:
            page.metas[values.get("name") or values.get("property", "")] = values["content"]
        page.resources += [values[name].split()[0] for name in _LOADING if values.get(name, "").strip()]
        if tag in _LOADING_HREF:
            page.resources += [values[name] for name in ("href", "xlink:href") if name in values]

    def _begin(self, tag: str) -> None:
        if re.fullmatch("h[1-6]|title|th|td", tag) and "svg" not in {name for name, _ in self.open}:
            self._collecting.append([])
        if tag == "table":
            self.page.tables.append([])
        if tag == "tr" and self.page.tables:
            self.page.tables[-1].append([])

    def _end(self, tag: str) -> None:
        if not re.fullmatch("h[1-6]|title|th|td", tag) or "svg" in {name for name, _ in self.open}:
            return
        text = "".join(self._collecting.pop()).strip() if self._collecting else ""
        if tag == "title":
            self.page.title = text
        elif tag in ("td", "th"):
            if self.page.tables and self.page.tables[-1]:
                self.page.tables[-1][-1].append(text)
        else:
            self.page.headings.append((int(tag[1]), text))


def foreign_hosts(addresses: Iterable[str], own: str) -> list[str]:
    """The addresses that lead to another host than ours, or that hold data themselves."""
    return [each for each in addresses if urlsplit(each).netloc not in ("", own) or each.startswith("data:")]
