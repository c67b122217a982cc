"""What of the address of a request is understood: the parameters that its view reads, each once and cut.

Every link, file and redirect that repeats an address is made from these words, never from what was sent: so no
request makes an answer that is much longer than itself. What the words mean is for the views.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from flask import g, request

LONGEST = 100  # letters of one value
Words = Sequence[tuple[str, str]]


def argument(name: str) -> str:
    """The value of a parameter that may be given once; empty where it is not."""
    return request.args.get(name, "").strip()[:LONGEST]


def read_words(names: Iterable[str]) -> Words:
    """The parameters of these names that have a value."""
    return [(name, text) for name in names if (text := argument(name))]


def note(name: str) -> None:
    """Say that the answer depends on a parameter, whichever view makes it."""
    g.setdefault("noted", set()).add(name)


def noted() -> set[str]:
    """The parameters that were noted during this request."""
    found: set[str] = g.get("noted", set())
    return found


def with_words(path: str, words: Words) -> str:
    """A path with parameters."""
    return f"{path}?{urlencode(words)}" if words else path
