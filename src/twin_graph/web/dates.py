"""Dates, numbers and languages as pages show them; how a date is written is `spoken_dates`."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_decimal, format_percent

from twin_graph.spoken_dates import LOCALES, format_edtf, whole_period

__all__ = ["EDTF_TERMS", "LOCALES", "format_edtf", "format_number", "language_name", "whole_period"]

# Local names of the properties whose texts are EDTF, and the variables of page queries that carry such text.
EDTF_TERMS = frozenset({"signedOn", "adoptedOn", "madeOn", "foundedOn", "confirmedOn", "from", "until", "on", "since",
                        "asOf", "notListedAsOf"})  # fmt: skip


@lru_cache(maxsize=20_000)
def format_number(text: str, language: str, digits: int | None = None) -> str:
    """A decimal or integer in its lexical form, with the separators of the language.

    >>> format_number("21673", "en"), format_number("51.25", "pl"), format_number("8562.7", "en", 0)
    ('21,673', '51,25', '8,563')
    """
    number = round(float(text), digits) if digits is not None else (float(text) if "." in text else int(text))
    return format_decimal(number, format="#,##0.######", locale=LOCALES[language])


def format_share(share: float, language: str) -> str:
    """A share in percent, rounded as exactly as it is known, as the language writes it.

    >>> format_share(0.9231, "en"), format_share(1.0, "uk")
    ('92.31%', '100%')
    """
    return str(format_percent(share, locale=LOCALES[language], decimal_quantization=False))


def language_name(tag: str, language: str) -> str:
    """Name of a language in the language of a reader, with its script or region where the tag says one.

    >>> language_name("zh-Hans", "en"), language_name("sr-Latn", "pl"), language_name("xx-none", "en")
    ('Simplified Chinese', 'serbski (łacińskie)', 'xx-none')
    """
    locale = LOCALES[language]
    first, *rest = tag.split("-")
    if whole := locale.languages.get("_".join([first, *rest])):
        return str(whole)
    if first not in locale.languages:
        return tag
    details = [locale.scripts.get(part) or locale.territories.get(part) or part for part in rest]
    return f"{locale.languages[first]} ({', '.join(details)})"
