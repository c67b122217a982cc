"""Who publishes and whom to write to, as `data/publication.toml` says; nothing is made up where it says nothing.

Only for pages: what the data say of their publisher is made by the build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Party:
    """An office or a person: what of it is configured."""

    name: str = ""
    url: str = ""
    email: str = ""


@dataclass(frozen=True)
class Imprint:
    """Publisher and contact, None where they are not configured."""

    publisher: Party | None = None
    contact: Party | None = None

    @property
    def digest(self) -> str:
        """Digest of all of it: the file may change without a new snapshot."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:10]


def read_imprint(entries: Mapping[str, Any]) -> Imprint:
    """The imprint among the entries of `publication.toml`.

    >>> read_imprint({"publisher": "City Office", "contact": {"email": "desk@example.org"}}).contact
    Party(name='', url='', email='desk@example.org')
    >>> read_imprint({"contact": {"name": " "}}).contact
    """
    return Imprint(_party(entries.get("publisher")), _party(entries.get("contact")))


def _party(entry: object) -> Party | None:
    table: Mapping[Any, Any] = entry if isinstance(entry, Mapping) else {"name": entry or ""}
    texts = [str(table.get(name, "")).strip() for name in ("name", "url", "email")]
    return Party(*texts) if any(texts) else None
