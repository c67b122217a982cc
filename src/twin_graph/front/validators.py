"""Entity tags of coded answers: a suffix for each coding, and If-None-Match with or without one.

https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3: two codings of one representation have two tags. The
application knows only the tag without a suffix.
"""

from __future__ import annotations

import re

from twin_graph.front.coding import CODINGS

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_SUFFIX = re.compile(rf"-(?:{'|'.join(CODINGS)})(?=\"|$)")


def tag_of_coding(tag: str, coding: str) -> str:
    """The tag of a representation in a coding.

    >>> tag_of_coding('W/"abc"', "gzip")
    'W/"abc-gzip"'
    """
    return f'{tag[:-1]}-{coding}"' if tag.endswith('"') else tag


def without_codings(if_none_match: str) -> str:
    """The header as the application is to read it.

    >>> without_codings('W/"abc-gzip", "def"')
    'W/"abc", "def"'
    """
    return _SUFFIX.sub("", if_none_match)


def find_known(if_none_match: str, tag: str) -> str | None:
    """The tag of a representation in the coding in which the client has it; None where it has none.

    >>> find_known('"x", "abc-gzip"', 'W/"abc"')
    'W/"abc-gzip"'
    """
    if if_none_match.strip() == "*":
        return tag
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    opaque = match.group(1)
    for known in _TAG.findall(if_none_match):
        if _SUFFIX.sub("", known) == opaque:
            return tag.replace(f'"{opaque}"', f'"{known}"')
    return None
