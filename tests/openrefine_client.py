"""What OpenRefine does with a service, as far as the service can see it, from its source (3.6 to 3.8).

A client without a window for fast tests; the program itself is asked in `interop`.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SAMPLES, SAMPLE_LIMIT = 10, 3
_SMALLEST_BATCH = 10
_RETRIES, _FIRST_PAUSE = 3, 0.2


@dataclass
class OpenRefineClient:
    """A client of one service.

    Attributes:
        pauses: seconds that it waited before it tried again.
    """

    client: FlaskClient
    path: str
    pauses: list[float] = field(default_factory=list)
    sleep: Callable[[float], None] = time.sleep

    def manifest(self) -> dict[str, Any]:
        """The manifest, by CORS, else by JSONP; nothing but the keys that it knows is kept."""
        response = self.client.get(self.path, headers={"Origin": "http://127.0.0.1:3333"})
        if response.headers.get("Access-Control-Allow-Origin") in ("*", "http://127.0.0.1:3333"):
            found = response.get_json()
        else:
            text = self.client.get(self.path, query_string={"callback": "jQuery1"}).text
            found = json.loads(text.partition("(")[2].rpartition(")")[0])
        assert {"name", "identifierSpace", "schemaSpace", "versions"} <= set(found)
        return dict(found)

    def guess_types(self, names: Sequence[str]) -> list[str]:
        """The types of the first candidates of some cells, the most frequent first."""
        queries = {
            f"q{place}": {"query": name, "limit": SAMPLE_LIMIT} for place, name in enumerate(names[:SAMPLES])
        }
        scores: dict[str, float] = defaultdict(float)
        for answer in self._post(queries).values():
            for place, candidate in enumerate(answer["result"]):
                for kind in candidate["type"]:
                    scores[kind["id"] if isinstance(kind, dict) else kind] += 1 / (1 + place)
        return sorted(scores, key=lambda kind: -scores[kind])

    def reconcile(
        self, rows: Sequence[Mapping[str, str]], column: str, details: Mapping[str, str], wanted: str = ""
    ) -> list[dict[str, Any]]:
        """What the cells of a column are matched with.

        Args:
            details: properties by the columns that hold them.
        """
        size = max(_SMALLEST_BATCH, int(self.manifest().get("batchSize", _SMALLEST_BATCH)))
        found: list[dict[str, Any]] = []
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            queries = {f"q{place}": _query(row, column, details, wanted) for place, row in enumerate(batch)}
            answers = self._post(queries)
            found += [_judge(answers[key]["result"]) for key in queries]
        return found

    def extend(
        self, ids: Sequence[str], properties: Sequence[Mapping[str, Any]]
    ) -> Iterator[list[list[Any]]]:
        """The rows of each thing, read as OpenRefine does: it goes on with the next property where one is missing,
        and puts what comes then into the column of the one before."""
        wanted = {"ids": list(ids), "properties": [dict(each) for each in properties]}
        response = self._send({"extend": json.dumps(wanted)})
        body = response.get_json()
        assert [each["id"] for each in body["meta"]] == [each["id"] for each in properties]
        for identifier in ids:
            record, columns, column = body["rows"][identifier], list[list[Any]](), 0
            for each in properties:
                if each["id"] not in record:
                    continue
                columns.append([_cell(value) for value in record[each["id"]]])
                column += 1
            height = max(map(len, columns), default=0)
            yield [
                [values[row] if row < len(values) else None for values in columns] for row in range(height)
            ]

    def _post(self, queries: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self._send({"queries": json.dumps(queries)}).get_json())

    def _send(self, form: Mapping[str, str]) -> TestResponse:
        pause = _FIRST_PAUSE
        for _ in range(_RETRIES + 1):
            response = self.client.post(self.path, data=form)
            if response.status_code not in (429, 503):
                break
            self.pauses.append(float(response.headers.get("Retry-After", pause)))
            self.sleep(self.pauses[-1])
            pause *= 2
        assert 200 == response.status_code, response.text
        return response


def _query(row: Mapping[str, str], column: str, details: Mapping[str, str], wanted: str) -> dict[str, Any]:
    query: dict[str, Any] = {"query": row[column], "type_strict": "should"}
    if wanted:
        query["type"] = wanted
    given = [{"pid": pid, "v": row[name]} for name, pid in details.items() if row.get(name)]
    return query | ({"properties": given} if given else {})


def _judge(candidates: list[dict[str, Any]]) -> dict[str, Any]:
    """The candidates by their scores; only the first can be a match."""
    ordered = sorted(candidates, key=lambda each: -float(each["score"]))
    first = ordered[0] if ordered else {}
    return {"match": first.get("id") if first.get("match") is True else None, "candidates": ordered}


def _cell(value: Mapping[str, Any]) -> Any:
    if "id" in value:
        return value["id"]
    return next((value[key] for key in ("str", "float", "int", "date", "bool") if key in value), None)
