"""The language of a page: its gettext catalogue, and the order of its alphabet.

Choosing the language by a header is `negotiation`; dates and numbers are `dates`.
"""

from __future__ import annotations

import gettext as stdlib
import unicodedata
from functools import cache
from pathlib import Path

from flask import Flask, g, request

from twin_graph.web.negotiation import negotiate_language
from twin_graph.workspace import LANGUAGES

FOLDER = Path(__file__).parents[1] / "translations"
OWN_NAMES = {"pl": "Polski", "en": "English", "uk": "Українська"}
_IGNORED = "'’ʼ‘`"
_KNOWN_LETTERS = 10_000
# In a key: signs, digits, then the alphabet, then letters of others (the order of CLDR).
_SIGN, _DIGIT, _FIRST, _LATER = "\x01", "\x02", 0x10, "\x7f"
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


def collation_key(text: str, language: str) -> str:
    """Sort key in the alphabet of a language; other letters follow, accents and apostrophes do not count.

    >>> sorted(["Łuck", "Zamość", "Lwów", "Ćmielów", "Chełm"], key=lambda name: collation_key(name, "pl"))
    ['Chełm', 'Ćmielów', 'Lwów', 'Łuck', 'Zamość']
    """
    return text.casefold().translate(_order(language))


def initial(text: str, language: str) -> str:
    """The letter under which a name stands in a list; `0–9` for a digit, empty for a sign.

    >>> initial("Łódź", "pl"), initial("Łódź", "en"), initial("’s-Gravenhage", "en"), initial("4 cities", "en")
    ('Ł', 'L', 'S', '0–9')
    """
    key = collation_key(text, language)
    if not key or key[0] == _SIGN:
        return ""
    letter = key[1:2] if key[0] in (_DIGIT, _LATER) else _ALPHABETS.get(language, "")[ord(key[0]) - _FIRST]
    return "0–9" if letter.isdigit() else letter.upper()


@cache
def _order(language: str) -> _Order:
    return _Order(_ALPHABETS.get(language, ""))


class _Order(dict[int, str]):
    """What stands for each letter in a key; filled as letters are met.

    A letter of the alphabet becomes one character, every other one two: its class and its plain form.
    """

    def __init__(self, alphabet: str) -> None:
        super().__init__({ord(letter): "" for letter in _IGNORED})
        self._alphabet = alphabet

    def __missing__(self, code: int) -> str:
        if len(self) > _KNOWN_LETTERS:
            self.clear()
            self.update({ord(letter): "" for letter in _IGNORED})
        self[code] = key = self._key(chr(code))
        return key

    def _key(self, letter: str) -> str:
        plain = unicodedata.normalize("NFKD", letter)[0]
        plain = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}.get(plain, plain)
        for form in (letter, plain):
            if (place := self._alphabet.find(form)) >= 0:
                return chr(_FIRST + place)
        if plain.isdigit():
            return _DIGIT + plain
        return (_LATER if plain.isalnum() else _SIGN) + plain
