"""The services and their addresses: whose identifiers, which kind of thing, which version, which language.

    /reconcile            cities by our keys          /reconcile/network, /reconcile/partnership   the other kinds
    /reconcile/wikidata   cities by their items       …/pl   in a language       …/v1   the draft of version 1.0

Knows addresses below a base, and no requests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from twin_graph.iris import is_key
from twin_graph.namespaces import PREFIXES, TWIN_IRI, WD
from twin_graph.reconcile.vocabulary import OURS, WIKIDATA, Property, Type, properties_of, types_of

V02, V10 = "0.2", "1.0-draft"
# The word of an address that names a service, with its space and its kind.
SERVICES = {"": (OURS, "city"), "wikidata": (WIKIDATA, "city"), "network": (OURS, "network"),
            "partnership": (OURS, "partnership")}  # fmt: skip
_ITEM = re.compile(r"Q[1-9][0-9]{0,11}")


@dataclass(frozen=True)
class Service:
    """One service.

    Attributes:
        word: that of its address; empty for the first one.
        language: of its texts.
        said: whether its address names the language; only then it is that of the names that are looked for, too.
        base_iri: where all addresses begin.
    """

    word: str
    version: str
    language: str
    said: bool
    base_iri: str

    @property
    def space(self) -> str:
        """Whose identifiers it has: ours or Wikidata's."""
        return SERVICES[self.word][0]

    @property
    def kind(self) -> str:
        """The kind of its things."""
        return SERVICES[self.word][1]

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of its things, the most general first."""
        return types_of(self.space, self.kind)

    @property
    def properties(self) -> tuple[Property, ...]:
        """What its things can be compared by, or be asked for."""
        return properties_of(self.space, self.kind)

    @property
    def is_draft(self) -> bool:
        """Whether it speaks the draft of version 1.0."""
        return self.version == V10

    @property
    def path(self) -> str:
        """Its address below the base."""
        words = ("reconcile", self.word, self.language if self.said else "", "v1" if self.is_draft else "")
        return "/".join(filter(None, words))

    @property
    def address(self) -> str:
        """Its whole address."""
        return self.base_iri + self.path

    @property
    def identifier_space(self) -> str:
        """What makes an IRI of an identifier, put before it."""
        return str(WD) if self.space == WIKIDATA else f"{self.base_iri}id/{self.kind}/"

    @property
    def schema_space(self) -> str:
        """What makes an IRI of a property, put before its identifier."""
        return PREFIXES["wdt"] if self.space == WIKIDATA else TWIN_IRI

    @property
    def view(self) -> str:
        """What stands before an identifier in the address of a page about it."""
        return "https://www.wikidata.org/wiki/" if self.space == WIKIDATA else self.identifier_space

    def other(self, word: str) -> str:
        """The address of another service in the same version and language."""
        return Service(word, self.version, self.language, self.said, self.base_iri).address

    def find_type(self, wanted: str) -> Type | None:
        """The type of an identifier."""
        return next((each for each in self.types if each.id == wanted), None)

    def find_property(self, wanted: str) -> Property | None:
        """The property of an identifier."""
        return next((each for each in self.properties if each.id == wanted), None)

    def is_identifier(self, text: str) -> bool:
        """Whether a text may be an identifier of this service."""
        return bool(_ITEM.fullmatch(text)) if self.space == WIKIDATA else is_key(text)
