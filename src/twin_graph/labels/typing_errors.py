"""Words that a typed word may have meant: one error in four letters, two in eight, or an ending after the word.

An error is a letter too many, too few or wrong, or two neighbours exchanged. Every word of the index is compared,
so nothing that is near enough is missed; what is found is not ranked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

_MAX_WORDS = 60
_LONGEST = 40
_FEW_LETTERS, _MANY_LETTERS = 4, 8
# A name that is declined has an ending of so many letters: Lwowem, Львовом.
_LONGEST_ENDING = 2


def errors_allowed(word: str) -> int:
    """How many typing errors a word may have.

    >>> [errors_allowed(word) for word in ("kyv", "lviv", "timisoara")]
    [0, 1, 2]
    """
    return (len(word) >= _FEW_LETTERS) + (len(word) >= _MANY_LETTERS)


def is_stem(word: str, typed: str) -> bool:
    """Whether what was typed is this word with an ending.

    >>> is_stem("lwow", "lwowem"), is_stem("lwow", "lwowski")
    (True, False)
    """
    return len(word) >= _FEW_LETTERS and len(typed) - len(word) <= _LONGEST_ENDING and typed.startswith(word)


class Vocabulary:
    """The words of an index, by their length and whether their letters are Latin."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words: dict[tuple[bool, int], list[str]] = {}
        for word in words:
            self._words.setdefault((word.isascii(), len(word)), []).append(word)
        self._all = frozenset(chain.from_iterable(self._words.values()))

    def near(self, word: str, errors: int) -> list[tuple[int, str]]:
        """The words that differ from this one by at most so many errors, with their number, the nearest first.

        >>> Vocabulary(["lublin", "lubin", "dublin", "berlin"]).near("lubiln", 1)
        [(1, 'lubin'), (1, 'lublin')]
        """
        return _nearest(word, self._like(word, -errors, errors), errors)

    def stems(self, word: str) -> list[str]:
        """The words of the index after which this one has only an ending, the longest first.

        >>> Vocabulary(["lwow", "lwowek", "lw"]).stems("lwowem")
        ['lwow']
        """
        lengths = range(len(word) - 1, max(_FEW_LETTERS, len(word) - _LONGEST_ENDING) - 1, -1)
        return [stem for length in lengths if (stem := word[:length]) in self._all]

    def near_beginnings(self, word: str, errors: int) -> list[str]:
        """The beginnings, as long as the word, of longer words that differ from it by at most so many errors."""
        cut = {other[: len(word)] for other in self._like(word, 1, _LONGEST)}
        return [match for _, match in _nearest(word, sorted(cut), errors)]

    def resembling(self, word: str, number: int) -> list[str]:
        """The few words that resemble this one most, for a reader whose word was not found."""
        choices = self._like(word, -min(4, len(word) - 2), 4)
        found = process.extract(word, choices, scorer=JaroWinkler.similarity, score_cutoff=0.8, limit=number)
        return [match for match, _, _ in found]

    def _like(self, word: str, shorter: int, longer: int) -> list[str]:
        """The words of the same script that are at most so many letters shorter or longer."""
        lengths = range(len(word) + shorter, len(word) + longer + 1)
        return list(chain.from_iterable(self._words.get((word.isascii(), length), ()) for length in lengths))


def _nearest(word: str, choices: list[str], errors: int) -> list[tuple[int, str]]:
    found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=errors, limit=None)
    return sorted((int(distance), match) for match, distance, _ in found)[:_MAX_WORDS]
