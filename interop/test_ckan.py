"""The harvester of CKAN, in an environment of its own: what its extension for DCAT-AP reads from the catalogue.

Its parser, as a portal runs it; no database and no other service of CKAN.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from clients import CKAN
from twin_graph.snapshot import Snapshot

CLIENT = "ckanext-dcat"
_PROGRAM = """
import json, sys, urllib.request
from ckanext.dcat.processors import RDFParser
parser = RDFParser(profiles=["euro_dcat_ap_3"])
request = urllib.request.Request(sys.argv[1], headers={"Accept": sys.argv[2]})
with urllib.request.urlopen(request) as answer:
    parser.parse(answer.read(), {"application/rdf+xml": "xml", "text/turtle": "turtle"}.get(sys.argv[2], "json-ld"))
json.dump(list(parser.datasets()), sys.stdout)
"""
# What CKAN has a field for, of every dataset.
_FIELDS = {"access_rights", "conforms_to", "contact_email", "contact_name", "contact_uri", "frequency", "identifier",
           "issued", "language", "modified", "publisher_name", "publisher_uri", "publisher_url", "spatial_bbox",
           "spatial_centroid", "temporal_end", "temporal_start", "theme", "uri"}  # fmt: skip
_FILE_FIELDS = {"access_url", "availability", "compress_format", "description", "download_url", "format", "hash",
                "hash_algorithm", "issued", "mimetype", "modified", "name", "size", "status", "uri",
                "url"}  # fmt: skip
_PACKED = (".zst", ".gz")


def harvest(base: str, media_type: str) -> dict[str, dict[str, Any]]:
    """The datasets as CKAN has them, by IRI, with the extra fields among the others."""
    done = subprocess.run(
        [str(CKAN), "-c", _PROGRAM, f"{base}catalog", media_type], capture_output=True, text=True, timeout=120
    )
    assert 0 == done.returncode, done.stderr
    found = {}
    for dataset in json.loads(done.stdout):
        extras = {extra["key"]: extra["value"] for extra in dataset["extras"]}
        found[extras["uri"]] = {**dataset, **extras}
    return found


@pytest.mark.parametrize("media_type", ["application/rdf+xml", "text/turtle", "application/ld+json"])
def test_every_field_is_found(base: str, snapshot: Snapshot, media_type: str) -> None:
    """Each graph, the whole and the edition, with every field that CKAN has for it, in each format it reads."""
    found = harvest(base, media_type)
    graphs = {f"{base}graph/{name}" for name, size in snapshot.manifest.graphs.items() if size}
    edition = f"{base}catalog#edition-{snapshot.manifest.id}"
    assert graphs | {edition, f"{base}sparql#dataset"} == set(found)
    for dataset in found.values():
        assert set() == {
            name for name in (*_FIELDS, "title", "notes", "tags", "url") if not dataset.get(name)
        }
        files = [file for file in dataset["resources"] if "download_url" in file]
        assert files
        for file in files:
            # What is not packed has no packing.
            wanted = _FILE_FIELDS - (set() if file["name"].endswith(_PACKED) else {"compress_format"})
            assert set() == {name for name in wanted if not file.get(name)}
            assert file["name"].endswith(_PACKED) == bool(file.get("compress_format"))


def test_what_is_found_is_what_is_there(base: str, snapshot: Snapshot) -> None:
    """Names, versions, sizes and licences arrive as they are."""
    found = harvest(base, "application/rdf+xml")
    whole = found[f"{base}sparql#dataset"]
    assert ("Test publisher", "Test desk") == (whole["publisher_name"], whole["contact_name"])
    assert "desk@example.org" in whole["contact_email"]
    assert snapshot.manifest.id == whole["version"]
    dump = next(file for file in whole["resources"] if file["name"] == "all.nq.gz")
    path = snapshot.path / "dumps" / "all.nq.gz"
    assert path.stat().st_size == dump["size"]
    shared = found[f"{base}graph/shared"]["resources"][0]
    assert "http://publications.europa.eu/resource/authority/licence/CC0" == shared["license"]
    assert "Made up for tests." == shared["rights"]
