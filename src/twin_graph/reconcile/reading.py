"""Read queries as JSON, in both versions, into `asked.Asked`; what is wrong is said with the path of keys to it.

In version 0.2 each query stands alone, so that a wrong one spoils no other (R14). In the draft the whole batch has a
form, and all that is against it is said together (R11). Judging what is asked is not done here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twin_graph.errors import MalformedRequest
from twin_graph.reconcile.asked import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    MAX_PROPERTIES,
    MAX_VALUES,
    Asked,
    Condition,
    Given,
    clean,
    given,
    one_of,
    read_within,
)
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import Property

BATCH = 50
MOST = 4 * BATCH
STRICT = ("should", "any", "all")
QUANTIFIERS = ("any", "all", "none")
_KEYS = {"query", "type", "type_strict", "limit", "properties"}
_DRAFT_KEYS = {"type", "limit", "lang", "dir", "conditions"}
_MOST_PROBLEMS = 10


class _Problems(list[str]):
    """What is wrong, each with its place."""

    def raise_if_any(self) -> None:
        if self:
            more = f"; and {len(self) - _MOST_PROBLEMS} more" if len(self) > _MOST_PROBLEMS else ""
            raise MalformedRequest("; ".join(self[:_MOST_PROBLEMS]) + more)


def load_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        MalformedRequest: it is none, or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as problem:
        raise MalformedRequest("the JSON is nested too deeply") from problem
    except (ValueError, UnicodeDecodeError) as problem:
        raise MalformedRequest(f"not JSON: {str(problem)[:200]}") from problem


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def read_query(raw: Any, path: str, service: Service) -> Asked:
    """A query of version 0.2.

    Raises:
        MalformedRequest: with everything that is wrong with it.
    """
    problems = _Problems()
    if not isinstance(raw, dict):
        raise MalformedRequest(f"{path}: must be an object")
    problems += [f"{path}: “{key[:50]}” is no key of a query" for key in raw if key not in _KEYS]
    conditions, unknown = _properties(raw.get("properties"), f"{path}.properties", service, problems)
    name = _text(raw.get("query"), f"{path}.query", problems)
    asked = Asked(
        name,
        service.language if service.said else "",
        _types(raw.get("type"), f"{path}.type", problems),
        _try(
            lambda: one_of(raw.get("type_strict"), STRICT, "should"),
            f"{path}.type_strict",
            problems,
            "should",
        ),
        _limit(raw.get("limit"), f"{path}.limit", problems),
        tuple(conditions),
        (),
        tuple(unknown),
    )
    if raw.get("query") is None and not raw.get("properties") and not problems:
        problems.append(f"{path}: must have a query or properties")
    problems.raise_if_any()
    return asked


def read_draft(raw: Any, service: Service) -> list[Asked]:
    """The queries of a batch of the draft.

    Raises:
        MalformedRequest: with everything that is wrong with it.
    """
    queries = raw.get("queries") if isinstance(raw, dict) else None
    if not isinstance(queries, list):
        raise MalformedRequest("queries: must be a list of queries, in an object")
    problems = _Problems()
    found = [_draft_query(each, f"queries[{place}]", service, problems) for place, each in enumerate(queries)]
    problems.raise_if_any()
    return found


def _draft_query(raw: Any, path: str, service: Service, problems: _Problems) -> Asked:
    if not isinstance(raw, dict):
        problems.append(f"{path}: must be an object")
        return Asked()
    problems += [f"{path}: “{key[:50]}” is no key of a query" for key in raw if key not in _DRAFT_KEYS]
    wanted = raw.get("type")
    if wanted is not None and not isinstance(wanted, str):
        problems.append(f"{path}.type: must be one type, as a text")
        wanted = None
    conditions = raw.get("conditions")
    if not isinstance(conditions, list) or not conditions:
        problems.append(f"{path}.conditions: must be a list with one condition or more")
        conditions = []
    names, ids, unknown = list[str](), list[str](), list[str]()
    found: list[Condition] = []
    languages = [_text(raw.get("lang"), f"{path}.lang", problems)]
    for place, each in enumerate(conditions):
        here = f"{path}.conditions[{place}]"
        kind = each.get("matchType") if isinstance(each, dict) else None
        if kind not in ("name", "id", "property") or "propertyValue" not in each:
            problems.append(f"{here}: must have a matchType (name, id or property) and a propertyValue")
        elif kind == "property":
            _property(each, ("propertyId", "propertyValue"), here, service, problems, found, unknown)
        else:
            values = _values(each["propertyValue"], f"{here}.propertyValue", problems)
            (names if kind == "name" else ids).extend(value.best for value in values)
            if kind == "name":
                languages.insert(0, _text(each.get("lang"), f"{here}.lang", problems))
    _check_number(len(found) + len(unknown), f"{path}.conditions", problems)
    return Asked(
        names[0] if names else "",
        next(filter(None, languages), service.language if service.said else ""),
        (wanted,) if wanted else (),
        "should",
        _limit(raw.get("limit"), f"{path}.limit", problems),
        tuple(found),
        tuple(ids),
        tuple(unknown),
    )


def _properties(
    raw: Any, path: str, service: Service, problems: _Problems
) -> tuple[list[Condition], list[str]]:
    found: list[Condition] = []
    unknown: list[str] = []
    if raw is not None and not isinstance(raw, list):
        problems.append(f"{path}: must be a list")
        raw = None
    _check_number(len(raw or ()), path, problems)
    for place, each in enumerate((raw or ())[:MAX_PROPERTIES]):
        _property(each, ("pid", "v"), f"{path}[{place}]", service, problems, found, unknown)
    return found, unknown


def _property(
    raw: Any, keys: tuple[str, str], path: str, service: Service, problems: _Problems,
    found: list[Condition], unknown: list[str],
) -> None:  # fmt: skip
    """Read one property, and put it to those that were found or to those that are not known."""
    name, value = keys
    if not isinstance(raw, dict) or not isinstance(raw.get(name), str) or value not in raw:
        problems.append(f"{path}: must be an object with {name} and {value}")
        return
    values = _values(raw[value], f"{path}.{value}", problems)
    required = raw.get("required", False)
    quantifier = _try(lambda: one_of(raw.get("matchQuantifier"), QUANTIFIERS, "any"), f"{path}.matchQuantifier",
                      problems, "any")  # fmt: skip
    qualifier = _text(raw.get("matchQualifier"), f"{path}.matchQualifier", problems)
    if not isinstance(required, bool):
        problems.append(f"{path}.required: must be true or false")
    known = service.find_property(raw[name])
    if known is None:
        unknown.append(raw[name][:100])
    elif values:
        values = _as_point(known, raw[value], values)
        found.append(Condition(known, values, required is True, quantifier, read_within(qualifier)))


def _as_point(known: Property, raw: Any, values: tuple[Given, ...]) -> tuple[Given, ...]:
    """Two bare numbers for coordinates are one place, not two."""
    is_pair = isinstance(raw, list) and [type(each) for each in raw] in ([float, float], [int, int])
    return (Given(f"{raw[0]},{raw[1]}"),) if known.evidence == "point" and is_pair else values


def _values(raw: Any, path: str, problems: _Problems) -> tuple[Given, ...]:
    several = raw if isinstance(raw, list) else [raw]
    if len(several) > MAX_VALUES:
        problems.append(f"{path}: must be at most {MAX_VALUES} values")
    made = (_try(lambda each=each: given(each), path, problems, None) for each in several[:MAX_VALUES])  # type: ignore[misc]
    return tuple(dict.fromkeys(each for each in made if each is not None))


def _types(raw: Any, path: str, problems: _Problems) -> tuple[str, ...]:
    several = raw if isinstance(raw, list) else [] if raw is None else [raw]
    names = [each.get("id") if isinstance(each, dict) else each for each in several]
    if not all(isinstance(name, str) for name in names):
        problems.append(f"{path}: must be the id of a type, or a list of them")
        return ()
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_PROPERTIES]


def _limit(raw: Any, path: str, problems: _Problems) -> int:
    if raw is None:
        return DEFAULT_LIMIT
    if isinstance(raw, str) and raw.strip().isdecimal() and len(raw) < 10:
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        problems.append(f"{path}: must be a number")
        return DEFAULT_LIMIT
    return int(max(1, min(MAX_LIMIT, raw)))


def _text(raw: Any, path: str, problems: _Problems) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str):
        problems.append(f"{path}: must be a text")
        return ""
    return clean(raw)


def _check_number(number: int, path: str, problems: _Problems) -> None:
    if number > MAX_PROPERTIES:
        problems.append(f"{path}: must be at most {MAX_PROPERTIES} properties")


def _try(make: Callable[[], Any], path: str, problems: _Problems, default: Any) -> Any:
    try:
        return make()
    except ValueError as problem:
        problems.append(f"{path}: {problem}")
        return default
