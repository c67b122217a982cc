"""The client of LDES (ldes-client of npm) follows the change feed of the running server; what it reads is what is
published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clients import LDES_CLIENT, run
from feed_replay import Member, lines_of, read_members, replay
from live_server import free_port, live_server
from twin_graph import ldes
from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, table

CLIENT = "ldes-client"
_SHORT = re.compile(rb"^(<[^>]*> <[^>]*> )([^<\"\s]\S*) ", re.MULTILINE)


@dataclass
class Published:
    """A workspace that is published again and again; its last snapshot is served."""

    workspace: Workspace
    base: str
    snapshot: Snapshot

    def publish(self) -> None:
        """Build what stands in the tables, and write what is new of the feed."""
        self.snapshot = build(self.workspace, self.base)[0]
        ldes.bake(self.workspace.snapshots, self.base)

    def rename(self, old: str, new: str) -> None:
        """Give a city another name."""
        cities = self.workspace.data / "cities.csv"
        cities.write_text(re.sub(rf"\b{old}\b", new, cities.read_text("utf-8")), "utf-8")

    @property
    def statements(self) -> set[str]:
        """What is published."""
        return lines_of(self.snapshot.dump_path.read_bytes())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Two publications, of which the second lacks an event, and the server."""
    base = f"http://localhost:{free_port()}/"
    workspace = copy_tiny(tmp_path_factory.mktemp("feed"))
    found = Published(workspace, base, build(workspace, base)[0])
    found.publish()
    events = table(workspace, "aldorf/events")
    events.write([row for row in events.records() if row[0] != "estuary-1"])
    found.publish()
    with live_server(found.snapshot, port=urlsplit(base).port or 0):
        yield found


def read(base: str, *options: str) -> list[Member]:
    """What the client prints of the feed: the statements of each member with their graphs."""
    printed = run(str(LDES_CLIENT), f"{base}ldes", *options)
    return read_members(_SHORT.sub(_write_out, printed))


def _write_out(found: re.Match[bytes]) -> bytes:
    """A literal that the client prints as Turtle would write it, as N-Quads have it."""
    text = found[2]
    is_integer, is_decimal = re.fullmatch(rb"[+-]?\d+", text), re.fullmatch(rb"[+-]?\d*[.]\d+", text)
    kind = b"boolean" if text in (b"true", b"false") else b"integer" if is_integer else b"decimal"
    assert kind != b"decimal" or is_decimal, text
    return b'%b"%b"^^<http://www.w3.org/2001/XMLSchema#%b> ' % (found[1], text, kind)


@pytest.mark.parametrize("order", ["none", "ascending", "descending"])
def test_replay(published: Published, order: str) -> None:
    """Whatever it reads first: from nothing to what is published."""
    members = read(published.base, "--ordered", order)
    assert published.statements == replay(members)
    assert {"Create", "Update", "Delete"} >= {member.what for member in members}
    assert "Delete" in {member.what for member in members}


def test_only_the_latest(published: Published) -> None:
    """The client may be asked for the latest version of each only; that is enough."""
    members = read(published.base, "--last-version-only")
    assert published.statements == replay(members)
    assert len({member.unit for member in members}) == len(members)


def test_it_goes_on_where_it_was(published: Published, tmp_path: Path) -> None:
    """What is published later is all that it reads then."""
    state = ("--save", str(tmp_path / "state"))
    before = read(published.base, *state)
    published.rename("Estuary", "Estuarium")
    published.publish()
    new = read(published.base, *state)
    assert 0 < len(new) < len(before) / 2
    assert not {member.iri for member in before} & {member.iri for member in new}
    assert published.statements == replay([*before, *new])
