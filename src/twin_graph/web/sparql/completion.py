"""What may be written in a query here, for an editor: prefixes, and terms with their labels in a language.

Makes a value for JSON; nothing is run, and the words of the language itself are the editor's matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypedDict

from twin_graph.namespaces import PREFIXES
from twin_graph.web.vocabulary_files import Entry, VocabularyFiles


class Term(TypedDict):
    """A term: its short name, its label or nothing, and `class`, `property` or `constant`."""

    name: str
    label: str
    type: str


class Completion(TypedDict):
    """The prefixes that need no declaration, and the terms of the data."""

    prefixes: dict[str, str]
    terms: list[Term]


def completion(files: VocabularyFiles, language: str) -> Completion:
    """What an editor offers: our classes, properties and concepts, and the terms of others that the data use."""
    terms = [
        *_named("twin", "class", files.classes(language)),
        *_named("twin", "property", files.properties(language)),
    ]
    for scheme in files.schemes(language):
        terms += _named(scheme.name, "constant", files.scheme_concepts(scheme.name, language))
    known = {term["name"] for term in terms}
    terms += [term for term in _borrowed(files.context_text) if term["name"] not in known]
    return {"prefixes": dict(PREFIXES), "terms": terms}


def _named(prefix: str, kind: str, entries: list[Entry]) -> list[Term]:
    return [{"name": f"{prefix}:{entry.name}", "label": entry.label.text, "type": kind} for entry in entries]


def _borrowed(context: bytes) -> Iterator[Term]:
    """The terms of other vocabularies that the JSON-LD context names; classes begin with a capital letter."""
    entries = json.loads(context)["@context"].values()
    named = {entry["@id"] if isinstance(entry, dict) else entry for entry in entries if entry}
    for name in sorted(str(each) for each in named if not isinstance(each, bool | float)):
        prefix, colon, local = name.partition(":")
        if colon and local and prefix in PREFIXES and not local.startswith("//"):
            yield {"name": name, "label": "", "type": "class" if local[0].isupper() else "property"}
