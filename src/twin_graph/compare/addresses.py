"""Web addresses in one form (RFC 3986), so that two that are the same are written alike.

Opens nothing, and says nothing about what an address leads to.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

# What may stand in a path, a query and a fragment; “|” and quotation marks are not among it.
_PATH, _QUERY = "/:@!$&'()*+,;=~-._%", "/:@!$&'()*+,;=~-._%?"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_PORTS = {"http": 80, "https": 443}


def normal_url(text: str) -> str:
    """A web address in its normal form; "" for what is none.

    >>> normal_url("HTTPS://Łódź.example.org:443/a b|c")
    'https://xn--d-uga0v4h.example.org/a%20b%7Cc'
    """
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
        port = parts.port
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not name or re.search(r"[\s\"<>\\^`{|}]", name) or "@" in parts.netloc:
        return ""
    netloc = f"[{name}]" if ":" in name else name
    if port is not None and port != _PORTS[scheme]:
        netloc += f":{port}"
    return urlunsplit(
        (
            scheme,
            netloc,
            _escaped(parts.path, _PATH) or "/",
            _escaped(parts.query, _QUERY),
            _escaped(parts.fragment, _QUERY),
        )
    )


def _escaped(text: str, safe: str) -> str:
    return quote(_ESCAPE.sub(_normal_escape, _BAD_ESCAPE.sub("%25", text)), safe=safe)


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else f"%{match[1].upper()}"
