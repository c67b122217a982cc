"""Follow the links of a site from page to page, each address once, and note everything that is wrong on the way.

What is asked is behind `ask`, so that the same walk goes over an application and over a server. Which pages it
begins with, and what a budget is, the test says.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from bodies import read_body
from page_markup import Markup, foreign_hosts, read_page

_LANGUAGE = re.compile(r"^/(pl|en|uk)(?=/|$)")
_HOPS = 3


@dataclass(frozen=True)
class Answer:
    """What was answered; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """Without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass
class Page:
    """A page that was read; `size` is that of its compressed text, in bytes, and the text is not kept."""

    path: str
    markup: Markup
    size: int
    headers: Mapping[str, str]


@dataclass
class Walk:
    """One walk over a site.

    Attributes:
        ask: sends GET for a path with the given headers.
        base: the base IRI; addresses below it are ours.
        is_known: tells that an address is there without asking; for links to things that were counted before.
        most: how many addresses of one form are asked: those with parameters, files and pages that were not named
            at the beginning. Forms are made by `form_of`.
    """

    ask: Callable[[str, Mapping[str, str]], Answer]
    base: str
    is_known: Callable[[str], bool] = lambda path: False
    most: int = 12
    problems: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    linked: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    _forms: Counter[str] = field(default_factory=Counter)
    _fragments: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def run(self, start: Iterable[str], *, depth: int = 1_000) -> None:
        """Ask for every address of `start`, and for what their pages link to.

        Args:
            depth: how many links away from the start a page may be whose own links are followed.
        """
        ahead, seen = list(dict.fromkeys(start)), set(self.pages)
        named = set(ahead)
        for level in range(depth + 1):
            found: dict[str, None] = {}
            for path in ahead:
                if path in seen:
                    continue
                seen.add(path)
                if path not in named and not self._is_chosen(path):
                    continue
                for link in self._visit(path):
                    found.setdefault(link)
            ahead = [path for path in found if path not in seen]
            if not ahead or level == depth:
                break

    def _visit(self, path: str) -> list[str]:
        """Ask for an address and read what comes; the paths that it links to."""
        path, answer = self._follow(path)
        if answer is None or path in self.pages:
            return []
        self.answered[answer.media_type] += 1
        if answer.media_type != "text/html":
            kind = answer.headers.get("content-type", "")
            self.problems += [f"{path}: {problem}" for problem in read_body(kind, answer.body)]
            return []
        markup, size = read_page(answer.body.decode()), len(gzip.compress(answer.body, 6))
        page = self.pages[path] = Page(path, markup, size, answer.headers)
        self.problems += [f"{path}: {problem}" for problem in markup.problems]
        self._check_resources(page)
        return self._links(page)

    def _follow(self, path: str) -> tuple[str, Answer | None]:
        """Where the redirects end, and the answer there, or None where that is not what a reader wants."""
        asked = path
        for _ in range(_HOPS):
            answer = self.ask(asked, {})
            if answer.status == 200:
                return asked, answer
            if answer.status not in (301, 302, 303, 307, 308):
                self.problems.append(f"{path}: {answer.status}")
                return asked, None
            asked = self._own_path(urljoin(self.base, answer.headers["location"])) or ""
            if not asked:
                self.problems.append(f"{path}: leads to {answer.headers['location']}")
                return asked, None
        self.problems.append(f"{path}: is redirected {_HOPS} times")
        return asked, None

    def _check_resources(self, page: Page) -> None:
        host = urlsplit(self.base).netloc
        foreign = foreign_hosts(page.markup.resources, host)
        self.problems += [f"{page.path}: loads {address}" for address in foreign]

    def _links(self, page: Page) -> list[str]:
        """The paths of ours that a page leads to; links within the page are checked here."""
        alternates = [
            address
            for relation, address, _ in page.markup.relations
            if relation in ("alternate", "canonical")
        ]
        found: dict[str, None] = {}
        for address in [*page.markup.links, *page.markup.resources, *alternates]:
            if address.startswith("#"):
                if address != "#" and unquote(address[1:]) not in page.markup.ids:
                    self.problems.append(f"{page.path}: nothing has the id of {address}")
                continue
            target = urljoin(self.base.rstrip("/") + page.path, address)
            path = self._own_path(target)
            if path is None:
                continue
            if fragment := urlsplit(target).fragment:
                self._fragments[path].add(unquote(fragment))
            self.linked.add(path)
            found.setdefault(path)
        return list(found)

    def missing_fragments(self) -> list[str]:
        """Links to a place on another page that this page does not have; only of pages that were read."""
        return sorted(
            f"{path}#{fragment}"
            for path, fragments in self._fragments.items()
            if path in self.pages
            for fragment in fragments - set(self.pages[path].markup.ids)
        )

    def _own_path(self, target: str) -> str | None:
        """Path and query of an address of ours, None for others."""
        parts, base = urlsplit(target), urlsplit(self.base)
        if parts.scheme not in ("http", "https") or parts.netloc != base.netloc:
            return None
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _is_chosen(self, path: str) -> bool:
        """Whether an address that nobody named is asked: all of a new form, then no more than `most`."""
        if self.is_known(path):
            self.known.add(path)
            form = "known " + form_of(path)
        else:
            form = form_of(path)
            if "?" not in path and "." not in path.rpartition("/")[2]:
                return True
        self._forms[form] += 1
        # A file in another order is a page in another order, and there are many of both.
        is_sorted_file = "?" in path and "." in urlsplit(path).path.rpartition("/")[2]
        return self._forms[form] <= (1 if is_sorted_file else self.most)


def form_of(path: str) -> str:
    """What addresses of one sort have in common: kind and panel without the key, names of the parameters.

    >>> form_of("/pl/city/lublin/partnerships.csv?sort=-since"), form_of("/doc/city/lublin.ttl")
    ('/:lang/city/:key/partnerships.csv?sort', '/doc/city/:key.ttl')
    """
    parts = urlsplit(path)
    segments = _LANGUAGE.sub("/:lang", parts.path).split("/")
    if len(segments) > 3:
        place = -1 if segments[2] in ("picture", "embed") else 3
        stem, dot, extension = segments[place].rpartition(".")
        segments[place] = ":key" + dot + extension if stem else ":key"
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return "/".join(segments) + (f"?{names}" if names else "")
