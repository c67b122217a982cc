"""Who publishes, whom to write to, and what is declared about accessibility, as `data/publication.toml` says.

Nothing is made up where it says nothing. Only for pages: what the data say of their publisher is made by the build.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from twin_graph.catalog import Agent
from twin_graph.web.names import Text
from twin_graph.workspace import LANGUAGES

STATUSES = ("full", "partial", "none")
METHODS = ("self", "external")
_DAYS = ("published", "updated", "prepared", "reviewed")
_PLAIN = ("entity", "url", "auditor", "report_url", "burden_url", "person", "email", "phone")
_TEXTS = ("inaccessible", "apps", "architecture", "communication")
_REACHABLE = ("mailto:", "https://", "tel:")
# What the law asks of every statement; the rest depends on what these say.
_REQUIRED = ("entity", "url", "published", "updated", "status", "prepared", "reviewed", "method", "person", "email",
             "phone")  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """The configured values of the accessibility statement; empty where there are none.

    Attributes:
        published, updated: days of the website. prepared, reviewed: days of the statement.
        status: full, partial or none, as the law knows them.
        method: self or external: who assessed the website; `auditor` who did where it was not its owner.
        report_url: the results of the assessment. burden_url: the analysis of a disproportionate burden.
        texts: paragraphs by name (`inaccessible`, `apps`, `architecture`, `communication`) and language.
    """

    entity: str = ""
    url: str = ""
    published: str = ""
    updated: str = ""
    status: str = ""
    prepared: str = ""
    reviewed: str = ""
    method: str = ""
    auditor: str = ""
    report_url: str = ""
    burden_url: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""
    texts: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def paragraphs(self, name: str, language: str) -> list[Text]:
        """The paragraphs of a text for a reader, marked where they are in another language than the reader's."""
        written = self.texts.get(name, {})
        spoken = next((tag for tag in (language, *LANGUAGES) if tag in written), "")
        return [Text(text, "" if spoken == language else spoken) for text in written.get(spoken, ())]

    def missing(self, language: str) -> list[str]:
        """The entries that a complete statement needs in this language and that are not configured."""
        found = [name for name in _REQUIRED if not getattr(self, name)]
        if self.method == "external" and not self.auditor:
            found.append("auditor")
        wanted = [
            "apps",
            "architecture",
            "communication",
            *(["inaccessible"] if self.status in ("partial", "none") else []),
        ]
        return found + [f"{name}_{language}" for name in wanted if language not in self.texts.get(name, {})]


@dataclass(frozen=True)
class Security:
    """Where to report a hole in the site (RFC 9116): addresses, the day until which they hold, and a policy."""

    contacts: tuple[str, ...] = ()
    expires: str = ""
    policy: str = ""


@dataclass(frozen=True)
class Imprint:
    """Publisher and contact, None where they are not configured, and what is declared about the site."""

    publisher: Agent | None = None
    contact: Agent | None = None
    accessibility: Statement = field(default_factory=Statement)
    security: Security = field(default_factory=Security)

    @property
    def digest(self) -> str:
        """Digest of all of it: the file may change without a new snapshot."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:10]


def read_imprint(entries: Mapping[str, Any]) -> Imprint:
    """The imprint among the entries of `publication.toml`.

    >>> read_imprint({"publisher": "City Office", "contact": {"email": "desk@example.org"}}).contact
    Agent(name='', url='', email='desk@example.org', phone='', kind='')
    >>> read_imprint({"contact": {"name": " "}}).contact
    """
    contact = _party(entries.get("contact"))
    return Imprint(_party(entries.get("publisher")), contact, _statement(entries.get("accessibility"), contact),
                   _security(entries.get("security")))  # fmt: skip


def _party(entry: object) -> Agent | None:
    table: Mapping[Any, Any] = entry if isinstance(entry, Mapping) else {"name": entry or ""}
    texts = {name: str(table.get(name, "")).strip() for name in ("name", "url", "email", "phone")}
    return Agent(**texts, kind=str(table.get("type", "")).strip()) if any(texts.values()) else None


def _statement(entry: object, contact: Agent | None) -> Statement:
    """The statement; whom to write to is the contact, unless the statement names somebody."""
    table: Mapping[Any, Any] = entry if isinstance(entry, Mapping) else {}
    values = {name: str(table.get(name, "")).strip() for name in _PLAIN}
    if contact is not None:
        known = {"person": contact.name, "email": contact.email, "phone": contact.phone}
        values |= {name: values[name] or text for name, text in known.items()}
    values |= {name: _day(table.get(name, "")) for name in _DAYS}
    values |= {name: text if (text := str(table.get(name, "")).strip()) in known_words else ""
               for name, known_words in (("status", STATUSES), ("method", METHODS))}  # fmt: skip
    texts = {name: {language: found for language in LANGUAGES
                    if (found := _lines(table.get(f"{name}_{language}", "")))} for name in _TEXTS}  # fmt: skip
    return Statement(**values, texts=texts)


def _security(entry: object) -> Security:
    """Contacts are addresses; one that is none could not be followed, and is left out."""
    table: Mapping[Any, Any] = entry if isinstance(entry, Mapping) else {}
    contacts = (text for text in _lines(table.get("contact", "")) if text.startswith(_REACHABLE))
    policy = str(table.get("policy", "")).strip()
    return Security(
        tuple(contacts), _day(table.get("expires", "")), policy if policy.startswith("https://") else ""
    )


def _day(value: object) -> str:
    """A day as the element `time` wants it; empty for what is none."""
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        return ""


def _lines(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(text for item in listed if (text := str(item).strip()))
