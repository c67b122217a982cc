"""A small index of places for tests of the matcher, and its best guess for one name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from twin_graph.matching import Candidate, Index, Matcher, Place, Query, write_index


@contextmanager
def index_of(places: Iterable[Place], folder: Path) -> Iterator[Index]:
    """An index of these places, as long as the block goes on."""
    path = folder / "matching.db"
    write_index(path, places)
    opened = Index.open(path)
    assert opened is not None
    with closing(opened):
        yield opened


def best_guess(matcher: Matcher, name: str = "", **about: object) -> Candidate:
    """The first candidate for a name, with what else is known of the place."""
    (answer,) = matcher.match([Query(name, **about)])  # type: ignore[arg-type]
    return answer.candidates[0]
