"""Previews of the cities of registers, in every language, as a folder of the snapshot.

A preview whose content has not changed is taken over from the snapshot before; drawing is `pictures.preview`.
"""

from __future__ import annotations

import gettext
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rdflib import RDFS, Literal, URIRef

from twin_graph.iris import unmint
from twin_graph.namespaces import OTHER_NAMES
from twin_graph.pictures import Link, State
from twin_graph.pictures import preview as drawing
from twin_graph.pictures.base import FOLDER as BASE
from twin_graph.pictures.preview import Preview
from twin_graph.pictures.reading import Around, read_around
from twin_graph.queries import load
from twin_graph.snapshot import SideFacts, SideFile, Snapshot
from twin_graph.workspace import LANGUAGES

FOLDER = "previews"
_INDEX = "index.json"
MOST_CITIES = 60  # a preview takes a tenth of a second, and a build has not many of those
_TRANSLATIONS = Path(__file__).parents[1] / "translations"
Render = Callable[[str], bytes]


def write_previews(path: Path, facts: SideFacts, render: Render | None = None) -> None:
    """Write the folder: `<key>.<language>.png`, and an index of what each was made from.

    Cities that keep a register come first; of their partners only so many have a preview that there are
    `MOST_CITIES` in all.
    """
    path.mkdir(parents=True, exist_ok=True)
    render = render or drawing.render
    known = _read_index(facts.previous)
    made_by = _digest_of_program()
    wanted = {
        name: (preview, hashlib.sha256(f"{made_by}\n{preview!r}".encode("utf-8", "replace")).hexdigest()[:24])
        for name, preview in _previews(facts)
    }

    def write(name: str) -> None:
        preview, content = wanted[name]
        old = known.get(name)
        if old and old[0] == content and old[1].is_file():
            shutil.copyfile(old[1], path / name)
        else:
            (path / name).write_bytes(render(drawing.draw_preview(preview)))

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        list(threads.map(write, wanted))
    index = {name: content for name, (_, content) in wanted.items()}
    (path / _INDEX).write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _previews(facts: SideFacts) -> Iterator[tuple[str, Preview]]:
    base = facts.manifest.base_iri
    for row in facts.store.select(load("picture_previews"))[:MOST_CITIES]:
        minted = unmint(base, str(row["city"]))
        if minted is None or minted.kind != "city":
            continue
        # Read once with IRIs for names; each language then puts its own names in.
        found = read_around(facts.store, base, minted.key, str, lambda _kind, _key: "")
        if found.centre.point is None and not any(link.place.point for link in found.links):
            continue
        for language in LANGUAGES:
            yield f"{minted.key}.{language}.png", _preview(facts, found, language)


def _preview(facts: SideFacts, found: Around, language: str) -> Preview:
    def name(iri: str) -> str:
        by_language: dict[str | None, str] = {}
        for predicate in (RDFS.label, *OTHER_NAMES):
            labels = [value for _, _, value in facts.store.triples(URIRef(iri), predicate)]
            for label in sorted(labels, key=str):
                if isinstance(label, Literal):
                    by_language.setdefault(label.language, str(label))
        return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), iri)

    def named(link: Link) -> Link:
        return replace(link, place=replace(link.place, name=name(link.place.name)))

    _ = gettext.translation("messages", _TRANSLATIONS, [language], fallback=True).gettext
    current = [link for link in found.links if link.state is not State.ENDED]
    countries = len({link.place.country for link in current if link.place.country})
    titles = facts.manifest.title
    return Preview(
        titles.get(language) or titles.get("en") or "",
        replace(found.centre, name=name(found.centre.name)),
        f"{_('Cities')}: {len(current)} · {_('Countries')}: {countries}",
        tuple(named(link) for link in found.links),
    )


def _read_index(previous: Snapshot | None) -> Mapping[str, tuple[str, Path]]:
    """What the snapshot before has: name of a file -> what it was made from, and where it is."""
    folder = previous.side(FOLDER) if previous else None
    try:
        known = json.loads((folder / _INDEX).read_text(encoding="utf-8")) if folder else {}
    except (OSError, ValueError):
        return {}
    if folder is None or not isinstance(known, dict):
        return {}
    return {name: (content, folder / name) for name, content in known.items() if isinstance(content, str)}


def _digest_of_program() -> str:
    """What changes whenever a preview may look different: the code that draws, the base maps, the fonts."""
    digest = hashlib.sha256()
    code = sorted(path for path in Path(drawing.__file__).parent.iterdir() if path.suffix in (".py", ".css"))
    for path in (*code, *sorted(BASE.glob("*.svg")), *map(Path, drawing.FONT_FILES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


PREVIEWS = SideFile(FOLDER, write_previews)
