"""Calls of the operations of a description, made up by schemathesis, and whether the answers are as it says.

Which application answers, and how many calls there are, is said by the test.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Object = dict[str, Any]


def closed(description: Object) -> Object:
    """A description that says more: objects have no other fields than it names."""
    found = copy.deepcopy(description)
    for schema in found["components"]["schemas"].values():
        _close(schema)
    return found


def narrowed(description: Object, known: Mapping[str, Sequence[Any]]) -> Object:
    """A description in which parameters and fields have values that there are, and no others.

    Args:
        known: values by the name of a parameter, by the path and the name, or by a schema and the name of a field.
    """
    found = copy.deepcopy(description)
    for path, item in found["paths"].items():
        for method, operation in item.items():
            for parameter in operation if method == "parameters" else operation.get("parameters", ()):
                name = parameter["name"]
                values = known.get(f"{path} {name}", known.get(name))
                if values is not None and "schema" in parameter:
                    schema = parameter["schema"]
                    _narrow(schema["items"] if schema.get("type") == "array" else schema, values)
    for name, schema in found["components"]["schemas"].items():
        if name in known:
            _narrow(schema, known[name])
        for field, own in schema.get("properties", {}).items():
            if f"{name}.{field}" in known:
                _narrow(own, known[f"{name}.{field}"])
    return found


def make_calls(description: Object, app: Flask, number: int) -> dict[str, Counter[int]]:
    """The statuses of the answers, by operation.

    Args:
        number: of calls of each operation, at most; the same ones each time.

    Raises:
        AssertionError: an answer is not as the description says.
    """
    schema = schemathesis.openapi.from_dict(description)
    schema.app = _whole(app)
    found = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        found[operation.label] = _call(operation, number)
    return found


def _whole(app: Flask) -> Any:
    """An application whose answers are read to their end and closed, which the caller does not do."""

    def call(environ: Any, start_response: Any) -> list[bytes]:
        answer = app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()

    return call


def _call(operation: Any, number: int) -> Counter[int]:
    statuses: Counter[int] = Counter()

    @settings(max_examples=number, derandomize=True, database=None, deadline=None,
              phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def call(case: Any) -> None:
        statuses[case.call_and_validate(checks=CHECKS).status_code] += 1

    call()
    return statuses


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for each in schema:
            _close(each)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
    for key, each in schema.items():
        if key not in ("examples", "enum", "const"):
            _close(each)


def _narrow(schema: Object, values: Sequence[Any]) -> None:
    schema.clear()
    schema["enum"] = list(values)


def operations(description: Object) -> Iterator[tuple[str, str, Object]]:
    """Path, method and operation."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation
