"""What was published then: `?snapshot=`, and the same by date (RFC 7089, whose sections the tests name)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from page_markup import read_page
from site_client import BASE, LANGUAGES, client_of
from twin_graph.build import build
from twin_graph.snapshot import Snapshot, read_publications
from twin_graph.snapshot.publishing import FILE
from twin_graph.web import archive
from workspaces import copy_tiny

FIRST = datetime(2020, 1, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
DOCUMENTS = ["/doc/city/aldorf.ttl", "/doc/city/aldorf", "/doc/city", "/en/city/aldorf", "/pl/city", "/uk/",
             "/en/city/aldorf/partnerships", "/en/city/aldorf/partnerships.csv", "/en/partnership.csv",
             "/en/reports", "/en/reports/counts", "/en/reports/counts.csv", "/en/map", "/en/map.svg", "/en/map.csv",
             "/en/city/aldorf/factsheet", "/en/city/aldorf/curation", "/en/timeline", "/concepts.ttl"]  # fmt: skip


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> list[Snapshot]:
    """Five publications, a month apart; the second one has been deleted. In the first, Estuary is “Estuarium”."""
    workspace = copy_tiny(tmp_path_factory.mktemp("published"))
    cities = workspace.data / "cities.csv"
    text = cities.read_text("utf-8")
    made = []
    for number, name in enumerate(("Estuarium", "Estuari", "Estuar", "Estuarya", "Estuary")):
        cities.write_text(re.sub(r"\bEstuary\b", name, text), "utf-8")
        snapshot = build(workspace)[0]
        made.append(snapshot)
        assert number + 1 == len(read_publications(workspace.snapshots))
    lines = [
        f'{{"at": "{FIRST + number * MONTH:%Y-%m-%dT%H:%M:%SZ}", "id": "{each.path.name}"}}\n'
        for number, each in enumerate(made)
    ]
    (workspace.snapshots / FILE).write_text("".join(lines))
    shutil.rmtree(made[1].path)
    return made


@pytest.fixture(scope="module")
def client(snapshots: list[Snapshot]) -> FlaskClient:
    """A client of the latest."""
    return client_of(snapshots[-1])


@pytest.fixture(scope="module")
def kept(snapshots: list[Snapshot]) -> list[tuple[str, datetime]]:
    """Ids and dates of what can be read."""
    return [(each.path.name, FIRST + n * MONTH) for n, each in enumerate(snapshots) if n != 1]


def http(at: datetime) -> str:
    """A date as headers have it."""
    return format_datetime(at, usegmt=True)


def links(header: str) -> Iterator[tuple[str, set[str], str]]:
    """Address, relations and date of each link."""
    for address, rest in re.findall(r"<([^>]*)>([^<]*)", header):
        relation = re.search(r'rel="([^"]*)"', rest)
        date = re.search(r'datetime="([^"]*)"', rest)
        yield address, set(relation[1].split()) if relation else set(), date[1] if date else ""


class TestSnapshot:
    """`?snapshot=ID`."""

    def test_serves_what_was_published(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """Pages, documents, tables and lists say what they said then; without it, what is said now."""
        for path in (
            "/doc/city/estuary.ttl",
            "/en/city/estuary",
            "/en/city/aldorf/partnerships.csv",
            "/en/city",
        ):
            then = client.get(f"{path}?snapshot={kept[0][0]}")
            now = client.get(path)
            assert (200, 200) == (then.status_code, now.status_code)
            assert ("Estuarium" in then.text, "Estuarium" in now.text) == (True, False), path
            assert then.headers["ETag"] != now.headers["ETag"]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_links_stay_inside(
        self, client: FlaskClient, kept: list[tuple[str, datetime]], language: str
    ) -> None:
        """Every link to what the snapshot has leads there, also from forms; one leads to today; markup stays good."""
        identity = kept[0][0]
        seen: set[str] = set()
        todo = [f"/{language}/city/aldorf?snapshot={identity}"]
        while todo and len(seen) < 40:
            path = todo.pop(0)
            seen.add(path)
            response = client.get(path)
            if response.mimetype != "text/html" or response.status_code != 200:
                continue
            page = read_page(response.text)
            assert [] == page.problems, path
            assert response.text.count('class="card archived"') == 1
            ours = [
                link for link in page.links if re.match(rf"/({'|'.join(LANGUAGES)}|doc|graph)(/|$)", link)
            ]
            assert len(ours) > 10
            assert [] == [
                link
                for link in ours
                if f"snapshot={identity}" not in link and not is_form(response.text, link)
            ]
            assert response.text.count("<form") - response.text.count(
                'action="/sparql'
            ) <= response.text.count(f'<input type="hidden" name="snapshot" value="{identity}">')
            assert not any(
                "snapshot" in link for link in page.links if link.startswith(("/sparql", "/static"))
            )
            todo += [link for link in ours if link not in seen and f"/{language}/" in link][:8]
        assert len(seen) > 20

    def test_for_ever(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """What was published does not change; who asks what we do not know gets a copy of their own."""
        for path in DOCUMENTS:
            response = client.get(path, query_string={"snapshot": kept[0][0]})
            assert archive.FOREVER == response.headers["Cache-Control"], path
        strange = client.get(f"/en/city?snapshot={kept[0][0]}&bogus=1").headers["Cache-Control"]
        assert "private" in strange

    def test_validators(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """304 for who has it."""
        path = f"/en/city/aldorf?snapshot={kept[0][0]}"
        tag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (304, b"") == (again.status_code, again.data)
        assert "Memento-Datetime" in again.headers

    @pytest.mark.parametrize(
        "identity", ["current", "..", "../../etc/passwd", "%2e%2e", "A" * 12, "0" * 13, "0" * 12, "x" * 5000]
    )
    def test_unknown(self, client: FlaskClient, identity: str) -> None:
        """404 that says so; no id is ever a path."""
        response = client.get(
            "/en/city/aldorf", query_string={"snapshot": identity}, headers={"Accept": "application/json"}
        )
        assert 404 == response.status_code
        assert "publication" in response.get_json()["detail"]
        assert len(response.data) < 1000

    def test_deleted(self, client: FlaskClient, snapshots: list[Snapshot]) -> None:
        """410 for what was published and is not kept, in the language of the page."""
        for path, word in (
            ("/doc/city/aldorf.ttl", "not kept"),
            ("/pl/city/aldorf", "publikacja"),
            ("/en/city/x", ""),
        ):
            response = client.get(
                path, query_string={"snapshot": snapshots[1].path.name}, headers={"Accept": "text/html"}
            )
            assert 410 == response.status_code
            assert word in response.text

    def test_few_are_open(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """However many are asked for, no more than a few applications are kept."""
        assert len(kept) > archive.KEPT
        for identity, _ in [*kept, *kept]:
            assert 200 == client.get(f"/en/city/aldorf?snapshot={identity}").status_code
        found: archive.Archive = client.application.extensions["twin_graph.archive"]
        assert archive.KEPT == len(found._open)

    def test_things_that_were_not_there(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """404 from then."""
        assert 404 == client.get(f"/en/city/nowhere?snapshot={kept[0][0]}").status_code

    def test_elsewhere_it_means_nothing(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """The endpoint and static files know no snapshots."""
        plain = client.get("/sparql", headers={"Accept": "text/turtle"})
        asked = client.get(f"/sparql?snapshot={kept[0][0]}", headers={"Accept": "text/turtle"})
        assert plain.data == asked.data
        assert "Memento-Datetime" not in asked.headers

    def test_together_with_a_day(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """What was known then of an earlier day."""
        response = client.get(f"/en/city/aldorf?snapshot={kept[0][0]}&asOf=2017")
        page = read_page(response.text)
        assert "Estuarium" in page.text
        assert any("asOf=2017" in link and "snapshot=" in link for link in page.links)

    def test_redirects_stay_inside(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """From a thing to its document, from an alias to its key, from a list to the page."""
        identity = kept[0][0]
        for path, accept in (
            ("/id/city/aldorf", "text/turtle"),
            ("/doc/city/aldorf", "text/html"),
            ("/en/city/ALDORF", "*/*"),
        ):
            response = client.get(f"{path}?snapshot={identity}", headers={"Accept": accept})
            assert response.status_code in (301, 303)
            assert 1 == response.headers["Location"].count(f"snapshot={identity}")


def is_form(text: str, link: str) -> bool:
    """Whether an address is that of a form, which says the snapshot in a field."""
    return f'action="{link}"' in text


class TestMemento:
    """RFC 7089."""

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_4_1_1_original(self, client: FlaskClient, path: str) -> None:
        """4.1.1, 2.2.1: an original is its own TimeGate, says where its TimeMap is, and varies on the date."""
        response = client.get(path)
        found = {
            relation: address
            for address, relations, _ in links(response.headers["Link"])
            for relation in relations
        }
        assert f"{BASE}{path[1:]}" == found["original"] == found["timegate"]
        assert f"{BASE}timemap{path}" == found["timemap"]
        assert "accept-datetime" in response.headers["Vary"].lower()
        assert "Memento-Datetime" not in response.headers

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_4_1_1_timegate(self, client: FlaskClient, kept: list[tuple[str, datetime]], path: str) -> None:
        """4.1.1, 4.5: 302 to the memento that was current at the date; the first and last for dates beyond."""
        second = timedelta(seconds=1)
        cases = [(FIRST - MONTH, 0), (FIRST, 0), (FIRST + 2 * MONTH - second, 0), (FIRST + 2 * MONTH, 1),
                 (FIRST + 2 * MONTH + second, 1), (FIRST + 100 * MONTH, 3)]  # fmt: skip
        for wanted, place in cases:
            response = client.get(path, headers={"Accept-Datetime": http(wanted)})
            assert 302 == response.status_code
            assert f"{BASE}{path[1:]}?snapshot={kept[place][0]}" == response.headers["Location"]
            assert "accept-datetime" in response.headers["Vary"].lower()
            assert "Memento-Datetime" not in response.headers
            relations = set().union(*(relations for _, relations, _ in links(response.headers["Link"])))
            assert {"original", "timegate", "timemap", "memento", "first", "last"} <= relations

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_2_1_2_memento(self, client: FlaskClient, kept: list[tuple[str, datetime]], path: str) -> None:
        """2.1.2, 2.2.4: a memento says its date, its original, and its neighbours with their dates."""
        for place, (identity, at) in enumerate(kept):
            response = client.get(path, query_string={"snapshot": identity})
            assert http(at) == response.headers["Memento-Datetime"]
            found = {relation: (address, date) for address, relations, date in links(response.headers["Link"])
                     if "memento" in relations for relation in relations}  # fmt: skip
            assert ("prev" in found, "next" in found) == (place > 0, place < len(kept) - 1)
            for relation, other in (("first", 0), ("last", -1), ("prev", place - 1), ("next", place + 1)):
                if relation in found:
                    expected = (f"{BASE}{path[1:]}?snapshot={kept[other][0]}", http(kept[other][1]))
                    assert expected == found[relation]
            originals = [
                address
                for address, relations, _ in links(response.headers["Link"])
                if "original" in relations
            ]
            assert [f"{BASE}{path[1:]}"] == originals

    def test_2_1_1_malformed_date(self, client: FlaskClient) -> None:
        """4.5.3: what is no date of RFC 1123 is answered with 400."""
        for text in ("yesterday", "2020-01-01", "Wed, 01 Jan 2020 12:00:00 CET", "1577880000", ""):
            response = client.get("/doc/city/aldorf", headers={"Accept-Datetime": text})
            assert 400 == response.status_code, text
            assert "Accept-Datetime" in response.get_json(force=True)["detail"]

    def test_memento_ignores_the_date(self, client: FlaskClient, kept: list[tuple[str, datetime]]) -> None:
        """4.3: a memento is what it is, whatever date is asked for."""
        response = client.get(
            f"/doc/city/aldorf.ttl?snapshot={kept[0][0]}",
            headers={"Accept-Datetime": http(FIRST + 99 * MONTH)},
        )
        assert (200, http(FIRST)) == (response.status_code, response.headers["Memento-Datetime"])

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_scripts_of_other_sites_may(
        self, client: FlaskClient, kept: list[tuple[str, datetime]], path: str
    ) -> None:
        """Fetch: a script may send the one header and read the other."""
        preflight = client.options(path).headers["Access-Control-Allow-Headers"]
        response = client.get(path, query_string={"snapshot": kept[0][0]})
        assert "Accept-Datetime" in preflight.split(", ")
        assert "Memento-Datetime" in response.headers["Access-Control-Expose-Headers"].split(", ")

    @pytest.mark.parametrize("path", DOCUMENTS)
    def test_5_timemap(self, client: FlaskClient, kept: list[tuple[str, datetime]], path: str) -> None:
        """5: application/link-format with the original, itself and each memento with its date."""
        response = client.get(f"/timemap{path}")
        assert (200, "application/link-format") == (response.status_code, response.mimetype)
        found = list(links(response.text))
        assert [f"{BASE}{path[1:]}", f"{BASE}timemap{path}"] == [address for address, _, _ in found[:2]]
        mementos = [(address.partition("?snapshot=")[2], date) for address, _, date in found[2:]]
        assert [(identity, http(at)) for identity, at in kept] == mementos
        assert ({"first", "memento"}, {"last", "memento"}) == (found[2][1], found[-1][1])
        assert f'from="{http(kept[0][1])}"' in response.text

    def test_no_timemap(self, client: FlaskClient) -> None:
        """What has no mementos has no TimeMap."""
        for path in ("/timemap/sparql", "/timemap/", "/timemap/timemap/doc/city/aldorf", "/timemap/static/x/y",
                     "/timemap/http://example.org/"):  # fmt: skip
            assert 404 == client.get(path).status_code, path

    def test_queries_belong_to_the_original(
        self, client: FlaskClient, kept: list[tuple[str, datetime]]
    ) -> None:
        """A sorted page is an original of its own."""
        response = client.get("/en/city?sort=-name", headers={"Accept-Datetime": http(FIRST)})
        assert f"{BASE}en/city?sort=-name&snapshot={kept[0][0]}" == response.headers["Location"]
        memento = client.get(f"/en/city?sort=-name&snapshot={kept[0][0]}")
        assert f'<{BASE}en/city?sort=-name>; rel="original timegate"' in memento.headers["Link"]

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/doc/city/nowhere.ttl", 404),
            ("/en/city/ALDORF", 301),
            ("/doc/city/aldorf.html", 303),
            ("/en/reports", 200),
        ],
    )
    def test_4_1_1_every_answer_varies_on_the_date(self, client: FlaskClient, path: str, status: int) -> None:
        """A date is answered with 302 whatever would be said without, so a cache must not say it to who sends one."""
        response = client.get(path)
        assert status == response.status_code
        assert 1 == response.headers["Vary"].lower().count("accept-datetime")
        assert 302 == client.get(path, headers={"Accept-Datetime": http(FIRST)}).status_code

    def test_what_leads_to_a_document_is_no_original(self, client: FlaskClient) -> None:
        """Things, the start and static files have no state of their own."""
        for path in ("/id/city/aldorf", "/", "/sparql", "/readyz"):
            response = client.get(path, headers={"Accept-Datetime": http(FIRST)})
            assert response.status_code != 302 or path == "/"
            assert "accept-datetime" not in response.headers.get("Vary", "").lower()

    def test_what_the_address_says_belongs_to_the_timemap(
        self, client: FlaskClient, kept: list[tuple[str, datetime]]
    ) -> None:
        """5: an address with a day, or sorted, is an original of its own, and its TimeMap lists its mementos."""
        for query in ("asOf=2017", "sort=-name", "asOf=2017-05&sort=-name"):
            original = f"{BASE}en/city?{query}"
            expected = f"{BASE}timemap/en/city?{query}"
            for path in (f"/en/city?{query}", f"/en/city?{query}&snapshot={kept[0][0]}"):
                header = client.get(path).headers["Link"]
                assert [expected] == [address for address, names, _ in links(header) if "timemap" in names]
            response = client.get(f"/timemap/en/city?{query}")
            found = list(links(response.text))
            assert [original, expected] == [address for address, _, _ in found[:2]]
            assert [f"{original}&snapshot={identity}" for identity, _ in kept] == [
                each[0] for each in found[2:]
            ]
            assert 200 == client.get(found[2][0].removeprefix(BASE[:-1])).status_code

    def test_no_timemap_of_what_an_address_cannot_say(
        self, client: FlaskClient, kept: list[tuple[str, datetime]]
    ) -> None:
        """A day of what is not kept by day, no date, a memento, an address without an end."""
        for path, status in (
            ("/timemap/doc/city/aldorf.ttl?asOf=2013", 400),
            ("/timemap/en/city/aldorf?asOf=foo", 400),
            (f"/timemap/en/city/aldorf?snapshot={kept[0][0]}", 404),
            (f"/timemap/en/city?q={'x' * 600}", 404),
        ):
            assert status == client.get(path).status_code, path
        assert "private" in client.get("/timemap/en/city?bogus=1").headers["Cache-Control"]
        assert "public" in client.get("/timemap/en/city?asOf=2013").headers["Cache-Control"]

    @pytest.mark.parametrize(
        "path",
        ["/doc/city/nowhere.ttl", "/en/city/nowhere", "/en/nothing", "/doc/city/Ł", "/en/city/nowhere/factsheet",
         "/en/city/aldorf/nothing.csv"],
    )  # fmt: skip
    def test_no_timemap_of_what_never_was(self, client: FlaskClient, path: str) -> None:
        """404."""
        assert 404 == client.get(f"/timemap{path}").status_code

    def test_a_timemap_of_what_was(self, tmp_path: Path) -> None:
        """A thing that is gone, withdrawn or not, has the TimeMap that its mementos link to."""
        workspace = copy_tiny(tmp_path)
        old = build(workspace)[0]
        networks = workspace.data / "networks.csv"
        lines = networks.read_text("utf-8").splitlines()
        networks.write_text(
            "\n".join([*lines, "ring,Ring,Ring,Ring,network" + "," * (lines[0].count(",") - 4)])
        )
        with_it = build(workspace)[0]
        networks.write_text("\n".join(lines))
        assert old.path.name == build(workspace)[0].path.name
        client = client_of(old)
        assert 404 == client.get("/en/network/ring").status_code
        memento = client.get(f"/en/network/ring?snapshot={with_it.path.name}")
        assert 200 == memento.status_code
        (timemap,) = [address for address, names, _ in links(memento.headers["Link"]) if "timemap" in names]
        assert 200 == client.get(timemap.removeprefix(BASE[:-1])).status_code
        assert 404 == client.get("/timemap/en/network/rings").status_code


def test_nothing_is_written_by_readers(
    client: FlaskClient, snapshots: list[Snapshot], kept: list[tuple[str, datetime]]
) -> None:
    """Old snapshots are opened for reading."""
    folder: Path = snapshots[0].path
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    client.get(f"/en/city/aldorf?snapshot={kept[0][0]}")
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
