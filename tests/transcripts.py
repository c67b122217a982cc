"""Transcripts of `curl` in a document: what was asked and shown, and what the application answers.

Says nothing of which document it is; that is the test's.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from site_client import BASE

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CUT = "…"


@dataclass(frozen=True)
class Exchange:
    """One command with the lines that it is to print."""

    command: str
    expected: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return self.command.removeprefix("curl ")


def read_transcripts(text: str) -> list[Exchange]:
    """The commands of all blocks, in their order."""
    found: list[Exchange] = []
    for block in _BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Exchange(line[2:]))
            else:
                found[-1].expected.append(line)
    return found


def run(client: FlaskClient, command: str) -> list[str]:
    """What curl would print: status and headers with `-i` or `-I`, the body without `-I`."""
    program, *words = shlex.split(command)
    assert "curl" == program
    headers, method, address, flags = {}, "GET", "", ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(":")
            headers[name] = value.strip()
        elif word == "-X":
            method = words.pop(0)
        elif word.startswith("-"):
            flags += word[1:]
        else:
            address = word
    response = client.open(
        address.removeprefix(BASE.rstrip("/")), method="HEAD" if "I" in flags else method, headers=headers
    )
    head = _head(response) if set("iI") & set(flags) else []
    body = [] if "I" in flags else response.get_data(as_text=True).splitlines()
    return [*head, *(["", *body] if head and body else body)]


def _head(response: TestResponse) -> list[str]:
    return [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in response.headers.items())]


def find_difference(expected: list[str], shown: list[str]) -> str:
    """The first line that was to be shown and is not; headers may stand in any order, and others between them."""
    if expected and expected[0].startswith("HTTP/"):
        end = expected.index("") if "" in expected else len(expected)
        head = shown[: shown.index("")] if "" in shown else shown
        if expected[0].lower() != head[0].lower():
            return f"{expected[0]}, not {head[0]}"
        missing = [
            line for line in expected[1:end] if line != _CUT and not any(_like(line, other) for other in head)
        ]
        if missing:
            return missing[0]
        expected, shown = expected[end + 1 :], shown[len(head) + 1 :]
    return _compare_bodies(expected, shown)


def _compare_bodies(expected: list[str], shown: list[str]) -> str:
    position, free = 0, False
    for line in expected:
        if line == _CUT:
            free = True
            continue
        while free and position < len(shown) and not _like(line, shown[position]):
            position += 1
        if position >= len(shown) or not _like(line, shown[position]):
            return line
        position, free = position + 1, False
    return (
        ""
        if free or position == len(shown) or not expected
        else f"more than was to be shown: {shown[position]}"
    )


def _like(pattern: str, line: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split(_CUT))), line) is not None
