"""What a reader asks of a list, and how an address says it: text, facets, order, page and size.

Knows no data but the names that may stand in an address; what fits is `twin_graph.browse`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from twin_graph.browse import Shelf
from twin_graph.errors import MalformedRequest
from twin_graph.queries import runnable
from twin_graph.web.understood import Words, with_words

SIZES = (25, 100, 500)
SIZE = 100
_LONGEST = 100
_MOST = 20  # values of one facet
NOBODY = "-"  # stands for all values of a facet that nobody has: an address holds no text of strangers


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list; the defaults are what it need not say.

    Attributes:
        facets: the chosen values of each facet; one of them has to fit.
        sort: a column, after `-` for the reverse order; empty for the order of names.
        kept: what else the address says: the day that the list is of.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    page: int = 1
    size: int = SIZE
    kept: Words = ()

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.facets)

    def to(self, **changes: Any) -> Asked:
        """The same with other values of some fields."""
        return replace(self, **changes)

    def toggled(self, name: str, token: str) -> Asked:
        """The same with a value of a facet chosen, or no more where it was."""
        now = self.facets.get(name, ())
        then = tuple(each for each in now if each != token) if token in now else (*now, token)
        others = {other: tokens for other, tokens in self.facets.items() if other != name}
        return replace(self, facets={**others, name: then} if then else others, page=1)

    def path(self, base: str, whole: bool = False) -> str:
        """The address of this on a path; arguments as `words`."""
        return with_words(base, self.words(whole))

    def words(self, whole: bool = False) -> Words:
        """The parameters of the address of this.

        Args:
            whole: without the page and its size.
        """
        words = [*self.kept, *([("q", self.text)] if self.text else [])]
        words += [(name, token) for name, tokens in sorted(self.facets.items()) for token in tokens]
        words += [("sort", self.sort)] if self.sort else []
        if not whole:
            words += [("size", str(self.size))] if self.size != SIZE else []
            words += [("page", str(self.page))] if self.page > 1 else []
        return words

    def narrowed(self, shelf: Shelf, **examples: str) -> str:
        """The query of a list as a reader may run it, with a FILTER for each facet; the text is left out."""
        filters = []
        for name, tokens in sorted(self.facets.items()):
            nodes = [shelf.facets[name][token].node.n3() for token in tokens if token in shelf.facets[name]]
            if nodes:
                filters.append(f"  FILTER(?{name} IN ({', '.join(nodes)}))\n")
        text = runnable(shelf.query, "", **examples)
        end = text.rindex("}")
        return text[:end] + "".join(filters) + text[end:]


def read_asked(
    arguments: MultiDict[str, str], facets: Mapping[str, Mapping[str, object]], columns: tuple[str, ...]
) -> Asked:
    """What the address of a list asks for; what it does not know is left alone.

    Args:
        facets: the values that each facet has.

    Raises:
        MalformedRequest: it cannot be sorted so, or a number is none.
    """
    sort = arguments.get("sort", "")
    if sort and sort.removeprefix("-") not in columns:
        raise MalformedRequest(f"sort: must be one of {', '.join(columns)}, after “-” for the reverse order")
    size = arguments.get("size", str(SIZE))
    if size not in map(str, SIZES):
        raise MalformedRequest(f"size: must be one of {', '.join(map(str, SIZES))}")
    page = arguments.get("page", "1")
    if not page.isascii() or not page.isdigit() or len(page) > 6 or int(page) < 1:
        raise MalformedRequest("page: must be a whole number from 1")
    chosen = {name: _choose(arguments.getlist(name), known) for name, known in facets.items()}
    return Asked(
        arguments.get("q", "").strip()[:_LONGEST],
        {name: tokens for name, tokens in chosen.items() if tokens},
        "" if sort == "name" else sort,
        int(page),
        int(size),
    )


def _choose(tokens: Iterable[str], known: Mapping[str, object]) -> tuple[str, ...]:
    """The values that are chosen of a facet, each once; where nobody has any of them, what stands for that."""
    wanted = list(dict.fromkeys(filter(None, tokens)))
    return tuple(token for token in wanted if token in known)[:_MOST] or ((NOBODY,) if wanted else ())
