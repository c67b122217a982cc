"""The tables of the description: what is said of operations, parameters and schemas.

In the files `$kinds` and `$languages` stand for the names that there are, `$example` for a key or edition of this
very publication, and `$ref` names a schema by its key. What becomes of them is `description`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from twin_graph import formats
from twin_graph.formats import Format
from twin_graph.kinds import DOCUMENTED
from twin_graph.workspace import LANGUAGES

_HERE = Path(__file__).parent
_NAMED = {value.name: value for value in vars(formats).values() if isinstance(value, Format)}
# A file whose media type depends on its name.
_ANY = "any"


@cache
def read(name: str) -> Any:
    """One of the files; not to be changed."""
    return yaml.safe_load((_HERE / f"{name}.yaml").read_text(encoding="utf-8"))


def media_type(name: str) -> str:
    """The media type of a format that a file names."""
    return "*/*" if name == _ANY else _NAMED[name].media_type


def is_text(name: str) -> bool:
    """Whether what is in a format is read as text: neither bytes nor JSON."""
    return name not in (_ANY, "xlsx", "png") and not media_type(name).endswith("json")


def extension(name: str) -> str:
    """The suffix of a format."""
    return _NAMED[name].extension


def fill(value: Any, examples: Mapping[str, str]) -> Any:
    """A value of a file with everything that stands for something else in place.

    >>> fill({"type": "string", "$example": "key"}, {"key": "lublin"})
    {'type': 'string', 'examples': ['lublin']}
    >>> fill({"items": {"$ref": "Row"}}, {})
    {'items': {'$ref': '#/components/schemas/Row'}}
    """
    if isinstance(value, list):
        return [fill(each, examples) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, each in value.items():
        if key == "$kinds":
            found |= {"type": "string", "enum": [kind.name for kind in DOCUMENTED]}
        elif key == "$languages":
            found |= {"type": "string", "enum": list(LANGUAGES)}
        elif key == "$example":
            found |= {"examples": [examples[each]]} if examples.get(each) else {}
        elif key == "$ref":
            found[key] = f"#/components/schemas/{each}"
        else:
            found[key] = fill(each, examples)
    return found
