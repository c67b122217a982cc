"""The published schemas and examples of the reconciliation protocol, read from the shared suites.

Judges values and knows no server. A test that needs them skips, or fails where the suites are required.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from suites import find_suite, require_suite

SUITE = "reconciliation-specs"
VERSIONS = ("0.2", "1.0-draft")
# What the versions are called as suites, and where their files are.
_NAMES = {"0.2": "reconciliation", "1.0-draft": "reconciliation-draft"}
_PUBLISHED = "https://github.com/reconciliation-api/specs/blob/8d66bdb/"


@dataclass(frozen=True)
class Example:
    """One example: the schema that it is for, and whether it is valid."""

    version: str
    schema: str
    name: str
    is_valid: bool
    path: Path

    @property
    def case(self) -> pytest.MarkDecorator:
        """The marker of a test that it is about."""
        kind = "valid" if self.is_valid else "invalid"
        return _case(self.version, f"examples/{self.schema}/{kind}/{self.name}")

    @property
    def value(self) -> Any:
        """What it holds."""
        return json.loads(self.path.read_text(encoding="utf-8"))


def of_schema(*schemas: str) -> list[Any]:
    """The versions as parameters of a test about answers that a schema describes."""
    return [
        pytest.param(version, marks=[_case(version, f"schemas/{schema}") for schema in schemas])
        for version in VERSIONS
    ]


def _case(version: str, name: str) -> pytest.MarkDecorator:
    return pytest.mark.suite(_NAMES[version], name, f"{_PUBLISHED}{version}/{name}.json")


def list_examples() -> list[Example]:
    """The examples that there is a schema for; none where the suite is absent."""
    folder = find_suite(SUITE)
    return sorted(_examples(folder), key=lambda each: str(each.path)) if folder else []


def problems(version: str, schema: str, value: Any) -> list[str]:
    """What is wrong with a value; nothing where it is valid."""
    found = _validator(version, schema).iter_errors(value)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


def _examples(folder: Path) -> Iterator[Example]:
    for path in folder.glob("*/examples/*/*/*.json"):
        version, _, schema, kind, name = path.relative_to(folder).parts
        if (folder / version / "schemas" / f"{schema}.json").exists():
            yield Example(version, schema, name.removesuffix(".json"), kind == "valid", path)


@cache
def _validator(version: str, schema: str) -> Any:
    folder = require_suite(SUITE) / version / "schemas"
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    # What they call the schema of schemas is none of a fixed version; the keywords are those of draft 7.
    kinds = {stem: DRAFT7.create_resource(content) for stem, content in found.items()}
    registry: Registry[Any] = Registry().with_resources(
        [(content["$id"], kinds[stem]) for stem, content in found.items() if "$id" in content]
    )
    registry = registry.with_resources([(f"{stem}.json", kind) for stem, kind in kinds.items()])
    assert isinstance(kinds[schema], Resource)
    return Draft7Validator(found[schema], registry=registry)
