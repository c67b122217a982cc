"""The query services by name. The name is part of what an answer is filed under: two services never mix silently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from twin_graph.errors import SettingInvalid


@dataclass(frozen=True)
class Endpoint:
    """One query service: its name and address."""

    name: str
    address: str


ENDPOINTS = {
    endpoint.name: endpoint
    for endpoint in (
        Endpoint("wikidata", "https://query.wikidata.org/sparql"),
        Endpoint("qlever", "https://qlever.dev/api/wikidata"),
    )
}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


def find_endpoint(text: str) -> Endpoint:
    """The endpoint of a name, or a new one written as name=address.

    >>> find_endpoint("qlever").address
    'https://qlever.dev/api/wikidata'
    >>> find_endpoint("mirror=http://127.0.0.1:9999/sparql").name
    'mirror'

    Raises:
        SettingInvalid: there is none of this name, the name is taken, or the address is none.
    """
    name, given, address = text.partition("=")
    if not given:
        if name not in ENDPOINTS:
            raise SettingInvalid(f"“{name}” is no endpoint; they are {', '.join(ENDPOINTS)}, or name=address")
        return ENDPOINTS[name]
    if name in ENDPOINTS or not _NAME.fullmatch(name):
        raise SettingInvalid(f"“{name}” cannot be the name of an endpoint of your own")
    return Endpoint(name, check_address(address))


def check_address(address: str) -> str:
    """An address that can be asked.

    Raises:
        SettingInvalid: it is none.
    """
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or "@" in address or not address.isascii() or not address.isprintable() or " " in address:
        raise SettingInvalid(f"“{address}” is not the address of a query service")
    return address
