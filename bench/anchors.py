"""The decision rules of two services that are in use, made anew from the description of what they do.

They decide on the same candidates as our matcher, which is favourable to them: their own candidates come from a
search over the network or from a full scan. No code of theirs is used; the real csv-reconcile is asked by
`reconciliation.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from twin_graph.labels import fold

_BIGRAM = 2
CSV_RECONCILE_THRESHOLD = 30.0


@dataclass(frozen=True)
class Option:
    """A candidate as a rule sees it: its item, all its names, whether the country that was asked for is its own."""

    item: str
    names: tuple[str, ...]
    country: str


def openrefine_wikibase(name: str, country: str, options: Sequence[Option]) -> str:
    """The item that it takes on its own, or nothing.

    The score is the best token-sort ratio over all names of all languages, and 0.4 for each property that agrees; a
    value that is missing counts as one that contradicts. It takes the first above 95 less 5 for each property, if
    the second is more than 10 below it. Equal scores are in the order of the items.
    """
    weight = 0.4 if country else 0.0
    scored = []
    for option in options:
        ratio = max((fuzz.token_sort_ratio(name, other) for other in option.names), default=0.0)
        agrees = 100.0 if country and option.country == country else 0.0
        scored.append(((ratio + weight * agrees) / (1 + weight), -int(option.item[1:] or 0), option.item))
    scored.sort(reverse=True)
    if not scored:
        return ""
    second = scored[1][0] if len(scored) > 1 else 0.0
    is_clear = scored[0][0] > 95 - 5 * bool(country) and (len(scored) == 1 or scored[0][0] - second > 10)
    return scored[0][2] if is_clear else ""


def csv_reconcile(name: str, country: str, options: Sequence[Option]) -> str:  # noqa: ARG001 - it ignores properties
    """The item that it takes on its own, or nothing: a single one above its threshold, or one exact name."""
    scored = [
        (max((dice(name, other) for other in option.names), default=0.0), option.item) for option in options
    ]
    above = [item for score, item in scored if score > CSV_RECONCILE_THRESHOLD]
    exact = [item for score, item in scored if score >= 100]
    if len(above) == 1:
        return above[0]
    return exact[0] if len(exact) == 1 else ""


def dice(one: str, other: str) -> float:
    """How many pairs of letters two names share, from 0 to 100.

    >>> dice("Lublin", "Lublin"), round(dice("Lublin", "Dublin"))
    (100.0, 80)
    """
    first, second = _bigrams(one), _bigrams(other)
    both = len(first & second)
    return 200.0 * both / (len(first) + len(second)) if first or second else 0.0


def _bigrams(text: str) -> set[str]:
    key = fold(text)
    return {key[at : at + _BIGRAM] for at in range(len(key) - 1)}
