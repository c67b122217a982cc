"""The transcripts of `docs/http.md`: each command is run against the application, and what is shown compared."""

from __future__ import annotations

import re

import pytest

from site_client import client_of
from transcripts import Exchange, find_difference, read_transcripts, run
from twin_graph.snapshot import Snapshot
from workspaces import REPOSITORY

TEXT = (REPOSITORY / "docs" / "http.md").read_text(encoding="utf-8")
TRANSCRIPTS = read_transcripts(TEXT)


def test_transcripts_are_many() -> None:
    """There is a transcript for every status and every format."""
    printed = "\n".join("\n".join(exchange.expected) for exchange in TRANSCRIPTS)
    assert {"200", "301", "302", "303", "304", "400", "404", "405", "406", "410", "503"} == set(
        re.findall(r"HTTP/1.1 (\d+)", printed)
    )
    commands = " ".join(exchange.command for exchange in TRANSCRIPTS)
    for ending in ("ttl", "jsonld", "json", "nq", "trig", "rdf", "geojson", "csv", "html"):
        assert f".{ending}" in commands
    assert len(TRANSCRIPTS) >= 25


@pytest.mark.parametrize("exchange", [e for e in TRANSCRIPTS if "/aldorf" not in e.command], ids=str)
def test_transcript(real_snapshot: Snapshot, exchange: Exchange) -> None:
    """What the documentation shows of the shipped data is what is sent."""
    shown = run(client_of(real_snapshot), exchange.command)
    assert "" == find_difference(exchange.expected, shown)


@pytest.mark.parametrize("exchange", [e for e in TRANSCRIPTS if "/aldorf" in e.command], ids=str)
def test_transcript_of_tiny(tiny_snapshot: Snapshot, exchange: Exchange) -> None:
    """What the documentation shows of the small workspace is what is sent."""
    shown = run(client_of(tiny_snapshot), exchange.command)
    assert "" == find_difference(exchange.expected, shown)


@pytest.mark.parametrize(
    ("expected", "shown", "same"),
    [
        (["HTTP/1.1 200 OK", "A: 1"], ["HTTP/1.1 200 OK", "B: 2", "A: 1", "", "body"], True),
        (["HTTP/1.1 200 OK", "A: 2"], ["HTTP/1.1 200 OK", "A: 1"], False),
        (["HTTP/1.1 404 Not Found"], ["HTTP/1.1 200 OK"], False),
        (["a", "…", "d"], ["a", "b", "c", "d"], True),
        (["a", "d"], ["a", "b", "d"], False),
        (["a"], ["a", "b"], False),
        (["a…z"], ["abcz"], True),
    ],
)
def test_comparison(expected: list[str], shown: list[str], same: bool) -> None:
    """The comparison finds what differs."""
    assert same == (not find_difference(expected, shown))
