"""The description of the service in OpenAPI 3.1: paths from the route map, what is said of them from `tables`.

https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from twin_graph.formats import HTML, PROBLEM_JSON
from twin_graph.web.openapi import tables
from twin_graph.web.openapi.paths import Path

VERSION = "3.1.1"
# Everywhere: a head that breaks the rules, and data that cannot be read at the moment.
_ALWAYS = (400, 503)
Object = dict[str, Any]


@dataclass(frozen=True)
class About:
    """What this publication adds.

    Attributes:
        info: title, version, and so on.
        server: its address, without a slash at the end.
        examples: a key and an edition that there are.
        published: endpoints that old editions answer, too.
        left_out: words of protocols that are switched off.
        has_callback: whether scripts of other origins are served.
    """

    info: Mapping[str, Any]
    server: str
    documentation: str
    examples: Mapping[str, str]
    published: Collection[str]
    left_out: Collection[str] = ()
    has_callback: bool = True


def describe(paths: Iterable[Path], about: About) -> Object:
    """The whole description."""
    service = tables.read("service")
    known = [each for each in paths if not set(each.fixed) & set(about.left_out)]
    described = [(each, entry) for each in known if (entry := entry_of(each)) is not None]
    writer = _Writer(about, Counter(each.endpoint for each, _ in described))
    found = {each.text: writer.path(each, entry) for each, entry in described}
    return {
        "openapi": VERSION,
        "info": {**about.info, "description": service["info"]["description"]},
        "servers": [{"url": about.server}],
        "tags": [{"name": name, "description": text} for name, text in service["tags"].items()],
        "paths": dict(sorted(found.items())),
        "components": {
            "schemas": tables.fill(tables.read("schemas"), about.examples),
            "responses": {f"Problem{status}": _problem(status) for status in sorted(_statuses())},
            "headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}},
        },
        "externalDocs": {"url": about.documentation},
    }  # fmt: skip


def entry_of(path: Path) -> Object | None:
    """What is said of a path, by method; None where it is not described."""
    operations = tables.read("operations")
    names = [*(f"{path.endpoint}@{word}" for word in path.fixed), path.endpoint]
    return next((operations[name] for name in names if name in operations), None)


def is_left_out(endpoint: str) -> bool:
    """Whether it is said of a view why it is not described."""
    return any(endpoint in names for names in tables.read("service")["left_out"].values())


class _Writer:
    """Writes operations; `shared` counts the paths of each endpoint."""

    def __init__(self, about: About, shared: Mapping[str, int]) -> None:
        self._about = about
        self._shared = shared
        self._service = tables.read("service")

    def path(self, path: Path, entry: Object) -> Object:
        """A path item."""
        parameters = [self._path_parameter(path, name, entry) for name in path.values]
        operations = {method: self._operation(path, method, said) for method, said in entry.items()}
        return {**({"parameters": parameters} if parameters else {}), **operations}

    def _operation(self, path: Path, method: str, said: Object) -> Object:
        found: Object = {"operationId": self._identify(path, method), "tags": [said["tag"]],
                         "summary": said["summary"]}  # fmt: skip
        if "description" in said:
            found["description"] = said["description"]
        if parameters := [self._query_parameter(name) for name in self._query(path, said)]:
            found["parameters"] = parameters
        if "body" in said:
            content = {kind: _schema(name) for kind, name in said["body"].items()}
            found["requestBody"] = {"required": True, "content": content}
        found["responses"] = dict(self._responses(path, method, said))
        return found

    def _identify(self, path: Path, method: str) -> str:
        words = [path.endpoint.replace(".", "_")]
        if self._shared[path.endpoint] > 1:
            words.append(re.sub(r"[^a-z0-9]+", "_", path.text).strip("_"))
        return "_".join([*words, *([method] if method != "get" else [])])

    def _query(self, path: Path, said: Object) -> Iterator[str]:
        for name in said.get("query", ()):
            if name != "callback" or self._about.has_callback:
                yield name
        if path.endpoint in self._about.published:
            yield "snapshot"

    def _path_parameter(self, path: Path, name: str, entry: Object) -> Object:
        said = self._service["path"]
        own = said.get(f"{path.endpoint}.{name}") or said[name]
        schema = tables.fill(own.get("schema", {"type": "string"}), self._about.examples)
        if values := path.values[name]:
            formats = entry["get"].get("formats") if name == "extension" else None
            offered = [tables.extension(each) for each in formats] if formats else values
            schema = {"type": "string", "enum": [each for each in offered if each in values]}
        return {
            "name": name,
            "in": "path",
            "required": True,
            "description": own["description"],
            "schema": schema,
        }

    def _query_parameter(self, key: str) -> Object:
        said = self._service["query"][key]
        found: Object = {"name": said.get("name", key), "in": "query", "description": said["description"]}
        if "content" in said:
            content = said["content"].items()
            return found | {"content": {tables.media_type(fmt): _schema(name) for fmt, name in content}}
        return found | {"schema": tables.fill(said["schema"], self._about.examples)}

    def _responses(self, path: Path, method: str, said: Object) -> Iterator[tuple[str, Object]]:
        answers = said.get("answers", {200: said["formats"]} if "formats" in said else {})
        for status, offers in answers.items():
            left = {
                fmt: name for fmt, name in offers.items() if fmt != "javascript" or self._about.has_callback
            }
            content = {tables.media_type(fmt): _content(fmt, name) for fmt, name in left.items()}
            yield str(status), {"description": _phrase(status), "content": content}
        if method == "get" and answers and not said.get("may_be_busy"):
            yield "304", {"description": _phrase(304)}
        is_published = path.endpoint in self._about.published
        for status in sorted({*said.get("moves", ()), *([302] if is_published else [])}):
            yield str(status), {"description": _phrase(status),
                                "headers": {"Location": {"$ref": "#/components/headers/Location"}}}  # fmt: skip
        for status in sorted({*_ALWAYS, *said.get("problems", ()), *([404, 410] if is_published else [])}):
            yield str(status), {"$ref": f"#/components/responses/Problem{status}"}


def _statuses() -> set[int]:
    operations = (said for entry in tables.read("operations").values() for said in entry.values())
    return {*_ALWAYS, 404, 410, *(status for said in operations for status in said.get("problems", ()))}


def _problem(status: int) -> Object:
    content = {PROBLEM_JSON.media_type: _schema("Problem"), HTML.media_type: {"schema": {"type": "string"}}}
    return {"description": _phrase(status), "content": content}


def _content(fmt: str, schema: str | None) -> Object:
    if schema is not None:
        return _schema(schema)
    return {"schema": {"type": "string"}} if tables.is_text(fmt) else {}


def _schema(name: str) -> Object:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
