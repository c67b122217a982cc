"""The language of a page: its gettext catalogue, and the order of its alphabet.

Choosing the language by a header is `negotiation`; dates and numbers are `dates`.
"""

from __future__ import annotations

import gettext as stdlib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from flask import Flask, g, request

from twin_graph.web.negotiation import negotiate_language
from twin_graph.workspace import LANGUAGES

FOLDER = Path(__file__).parents[1] / "translations"
OWN_NAMES = {"pl": "Polski", "en": "English", "uk": "Українська"}
_IGNORED = "'’ʼ‘`"
_ALPHABETS = {
    "pl": "aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}


@cache
def catalogue(language: str) -> stdlib.NullTranslations:
    """The compiled texts of a language; a text without a translation is shown in English."""
    return stdlib.translation("messages", FOLDER, [language], fallback=True)


def gettext(text: str) -> str:
    """A text of the interface in the language of the page."""
    return catalogue(page_language()).gettext(text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """A text of the interface in the form that a number asks for."""
    return catalogue(page_language()).ngettext(singular, plural, number)


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


def page_language() -> str:
    """Language of the page or of the error: from the path, else the one chosen for the request."""
    chosen = (request.view_args or {}).get("lang") or getattr(g, "language", "")
    return chosen if chosen in LANGUAGES else "en"


def reader_language(default: str) -> str:
    """Language that the reader's browser asks for."""
    return negotiate_language(request.headers.get("Accept-Language"), default)


def install(app: Flask) -> None:
    """Let templates translate."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext, ngettext, newstyle=True
    )


def collation_key(text: str, language: str) -> tuple[tuple[int, str], ...]:
    """Sort key in the alphabet of a language; other letters follow, accents and apostrophes do not count.

    >>> sorted(["Łuck", "Zamość", "Lwów", "Ćmielów", "Chełm"], key=lambda name: collation_key(name, "pl"))
    ['Chełm', 'Ćmielów', 'Lwów', 'Łuck', 'Zamość']
    """
    alphabet = _ALPHABETS.get(language, "")
    return tuple(_letter_key(letter, alphabet) for letter in text.casefold() if letter not in _IGNORED)


@lru_cache(maxsize=10_000)
def _letter_key(letter: str, alphabet: str) -> tuple[int, str]:
    place = alphabet.find(letter)
    if place >= 0:
        return place + 1, ""
    plain = unicodedata.normalize("NFKD", letter)[0]
    plain = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}.get(plain, plain)
    place = alphabet.find(plain)
    if place >= 0:
        return place + 1, ""
    return (0 if not plain.isalnum() else 100), plain
