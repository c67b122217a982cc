"""How well a name answers what was typed, and which of several names says best why a thing was found.

Works on keys alone; finding candidates is `reading`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import OSA

from twin_graph.labels.folding import compact, fold, has_cyrillic, make_keys
from twin_graph.labels.typing_errors import errors_allowed, is_stem
from twin_graph.labels.writing import USES, Name

MAX_LETTERS = 200
_MAX_WORDS = 8
_MAX_READINGS = 8

# How a name answers, the best first; a score is what the matcher of lists and programs see.
EXACT, BEGINNING, WORDS, ERRORS, SOME, NOTHING = range(6)
SCORES = {EXACT: 1.0, BEGINNING: 0.9, WORDS: 0.8, ERRORS: 0.6, SOME: 0.4, NOTHING: 0.2}


@dataclass(frozen=True)
class Reading:
    """What was typed, as one key.

    Attributes:
        is_own: whether it is in the letters that were typed.
        whole: the key without spaces.
        words: the first of its words.
        is_latin: whether it can answer to keys in Latin letters; others answer to the rest.
        may_err: whether typing errors in it mean anything: what a machine made of Greek or Chinese has other letters
            than any typist, and what is near to it is near by accident.
    """

    key: str
    is_own: bool
    whole: str
    words: tuple[str, ...]
    is_latin: bool
    may_err: bool = True


class Answer(NamedTuple):
    """How a name answers; the smaller the better.

    Attributes:
        missed: how many of the typed words are not there as they were typed.
    """

    how: int
    missed: int = 0
    romanised: bool = False


@dataclass(frozen=True)
class KeyedName:
    """A name with its keys, as it stands in the index."""

    name: Name
    keys: tuple[str, ...]


def read_typed(text: str) -> tuple[Reading, ...]:
    """The keys that a typed text may stand for, its own first; none where it has no letters and digits.

    >>> [reading.key for reading in read_typed("Львів")]
    ['львів', 'lviv', 'lwiw']
    """
    keys = make_keys(text[:MAX_LETTERS])
    by_letter = any(key.isascii() or has_cyrillic(key) for key in keys[:1])
    return tuple(
        Reading(
            key,
            number == 0,
            compact(key),
            tuple(key.split()[:_MAX_WORDS]),
            key.isascii(),
            number == 0 or by_letter,
        )
        for number, key in enumerate(keys[:_MAX_READINGS])
    )


def split_place(text: str) -> Iterator[tuple[str, str]]:
    """The ways to see a city and its country in what was typed, the country last or first.

    >>> list(split_place("Paris, France"))
    [('paris', 'france'), ('france', 'paris')]
    """
    words = fold(text[:MAX_LETTERS]).split()[:_MAX_WORDS]
    for place in range(len(words) - 1, 0, -1):
        first, second = " ".join(words[:place]), " ".join(words[place:])
        yield first, second
        yield second, first


def judge(keys: Iterable[str], readings: Sequence[Reading]) -> Answer:
    """How a name with these keys answers what was typed, at its best; typing errors count where nothing else does."""
    pairs = [(key, reading) for key in keys for reading in readings if reading.is_latin == key.isascii()]
    best = min(
        (Answer(*_judge(key, reading), not reading.is_own) for key, reading in pairs), default=Answer(NOTHING)
    )
    if best.how < SOME:
        return best
    return min(
        (
            Answer(*_judge_errors(key, reading), not reading.is_own)
            for key, reading in pairs
            if reading.may_err
        ),
        default=best,
    )


def best_name(
    names: Iterable[KeyedName], readings: Sequence[Reading], language: str
) -> tuple[KeyedName, Answer] | None:
    """The name that says best why a thing was found, and how it answers; the reader's language first."""

    def order(item: tuple[KeyedName, Answer]) -> tuple[Answer, bool, int, str, str]:
        name = item[0].name
        return item[1], name.language != language, USES.index(name.use), name.language, name.text

    judged = [(keyed, judge(keyed.keys, readings)) for keyed in names]
    return min(judged, key=order) if judged else None


def best_of_parts(
    parts: Iterable[tuple[KeyedName, Answer]], readings: Sequence[Reading]
) -> tuple[KeyedName, Answer] | None:
    """The same for a thing that was found by the names of its parts: the best of each that answers, together."""
    found = list(parts)
    whole = [best for best in found if best[1].how < SOME]
    answering = whole or [best for best in found if best[1].how == SOME]
    if not answering:
        return None
    names = [keyed.name for keyed, _ in answering]
    languages = {name.language for name in names}
    together = Name(
        " – ".join(name.text for name in names),
        languages.pop() if len(languages) == 1 else "",
        max((name.use for name in names), key=USES.index),
    )
    key = " ".join(keyed.keys[0] for keyed, _ in answering)
    answer = min([judge([key], readings), *(best for _, best in answering)])
    return KeyedName(together, (key,)), max(answer, Answer(WORDS))


_TITLES = ("label", "native", "exonym")


def choose_title(names: Iterable[Name], language: str) -> Name | None:
    """The label for a reader: their language, else English, else without a language, else the first.

    Where there is no label in a language, the name that is used there stands for it, else one given from elsewhere.

    >>> choose_title([Name("Lwiw", "de"), Name("Lviv", "en")], "pl")
    Name(text='Lviv', language='en', use='label')
    >>> choose_title([Name("Lviv", "en"), Name("Львів", "uk", "native"), Name("Lwów", "pl", "exonym")], "pl").text
    'Lwów'
    """
    labels = sorted(
        (name for name in names if name.use in _TITLES),
        key=lambda name: (_TITLES.index(name.use), name.language, name.text),
    )
    for wanted in (language, "en", ""):
        for name in labels:
            if name.language == wanted:
                return name
    return labels[0] if labels else None


def _judge(key: str, reading: Reading) -> tuple[int, int]:
    whole = compact(key)
    if whole == reading.whole:
        return EXACT, 0
    if whole.startswith(reading.whole):
        return BEGINNING, 0
    # A space before each word, so that a word of the key that begins so is one look.
    spaced = f" {key}"
    missed = sum(f" {typed}" not in spaced for typed in reading.words)
    return (SOME if missed else WORDS), missed


def _judge_errors(key: str, reading: Reading) -> tuple[int, int]:
    words = key.split()
    fitting = [any(word.startswith(typed) for word in words) for typed in reading.words]
    near = [
        fits or any(_is_near(typed, word) for word in words)
        for fits, typed in zip(fitting, reading.words, strict=True)
    ]
    how = ERRORS if all(near) else SOME if any(near) else NOTHING
    return how, fitting.count(False)


def _is_near(typed: str, word: str) -> bool:
    allowed = errors_allowed(typed)
    if is_stem(word, typed):
        return True
    if not allowed or len(typed) - len(word) > allowed:
        return False
    if OSA.distance(typed, word, score_cutoff=allowed) <= allowed:
        return True
    return OSA.distance(typed, word[: len(typed)], score_cutoff=allowed) <= allowed
