"""Pages, tables and lists as of a date: what held on that day, how certain that is, and what explains it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask.testing import FlaskClient

from page_markup import read_page
from site_client import LANGUAGES, client_of
from twin_graph.errors import MalformedRequest
from twin_graph.queries import load, load_all
from twin_graph.snapshot import Snapshot
from twin_graph.web import moments
from twin_graph.web.shelves import KEPT_DAYS
from twin_graph.web.tables.writers import SEPARATOR

VALID_ON = "2024-12-31"  # of the tiny workspace
HELD = re.compile(
    r"  \?period twin:isPeriodOf \?partnership ; twin:status \?status \.\n.*?AS \?certainty\)\n", re.DOTALL
)
CLAIMED = re.compile(
    r"  \?partnership a twin:Partnership ; twin:relationType .*?AS \?certainty\)\n", re.DOTALL
)
MEMBER = re.compile(r"  OPTIONAL \{ \?membership twin:role \?role \}\n.*?AS \?certainty\)\n", re.DOTALL)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def rows(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    response = client.get(path)
    assert 200 == response.status_code, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def _flush(text: str) -> str:
    """A query with as much indentation as a pattern has where it stands at the left."""
    return "".join(f"  {line.strip()}\n" for line in text.splitlines())


class TestDates:
    """What `asOf` may say."""

    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("2013", "2013-12-31"), ("2012-02", "2012-02-29"), ("2013-10-01", "2013-10-01"),
            ("2024", VALID_ON), (VALID_ON, VALID_ON), ("0001", "0001-12-31"),
        ],
    )  # fmt: skip
    def test_an_imprecise_date_means_its_last_day(self, text: str, day: str) -> None:
        """A year or month that has not ended yet means the day of the data."""
        assert day == moments.read(text, VALID_ON).day.isoformat()

    @pytest.mark.parametrize(
        "text", ["0000", "13", "2013-13", "2013-02-30", "2013-2", "2013~", "2013/2014", "now", "2013-10-01T00:00",
                 "２０１３", "-2013", "2025", "2025-01-01"],
    )  # fmt: skip
    def test_what_is_refused(self, text: str, client: FlaskClient) -> None:
        """What is no date, and what the data cannot know, is a mistake of the request that says what to write."""
        with pytest.raises(MalformedRequest, match="asOf: "):
            moments.read(text, VALID_ON)
        for path in ("/en/city/aldorf", "/en/partnership", "/en/city/aldorf/held.csv", "/en/map"):
            response = client.get(path, query_string={"asOf": text}, headers={"Accept": "application/json"})
            assert 400 == response.status_code, path
            assert "asOf" in response.get_json()["detail"]

    def test_the_refusal_is_translated(self, client: FlaskClient) -> None:
        """People read it in their language."""
        for text in ("x", "2030"):
            page = client.get(
                "/pl/city/aldorf", query_string={"asOf": text}, headers={"Accept": "text/html"}
            ).text
            assert "asOf" in page
            assert "must be" not in page
            assert "data are" not in page

    def test_nothing_asked_is_today(self, client: FlaskClient) -> None:
        """An empty value, as a form sends it, is none."""
        assert client.get("/en/city/aldorf?asOf=").text == client.get("/en/city/aldorf").text


class TestOneDefinition:
    """What “held on a day” means stands in several queries, word for word the same."""

    @pytest.mark.parametrize(
        ("pattern", "least"), [(HELD, 6), (CLAIMED, 5), (MEMBER, 3)], ids=["held", "claimed", "member"]
    )
    def test_everywhere_alike(self, pattern: re.Pattern[str], least: int) -> None:
        """The patterns differ in nothing but their indentation."""
        found = [
            text
            for query in load_all()
            if moments.depends_on(query)
            for text in pattern.findall(_flush(query.text))
        ]
        lines = {tuple(line.strip() for line in text.splitlines()) for text in found}
        assert least <= len(found)
        assert 1 == len(lines)

    def test_counts_as_in_the_question(self) -> None:
        """The numbers on a page are those of the competency question, with the source of the declaration."""
        question = load("competency_03_counts_on_a_day").text.partition("WHERE")[2]
        ours = load("city_held_counts").text.partition("WHERE")[2].replace("?this", "?city")
        assert question.splitlines() == [line for line in ours.splitlines() if "?source" not in line]


# Day; partner, status and certainty of each row, in the order of the alphabet.
BELMONT = ("Belmont", "in-force", "certain")
FJORDBY = ("Fjordby", "in-force unknown", "possible")
CASES = [
    ("1985-06", [("Duneville", "in-force", "possible"), FJORDBY]),
    ("1985", [("Duneville", "in-force", "certain"), FJORDBY]),
    ("1990-05-04", [("Duneville", "in-force", "certain"), FJORDBY]),
    ("1990-05-05", [BELMONT, ("Duneville", "in-force", "certain"), FJORDBY]),
    ("2009", [BELMONT, ("Cedrowo", "in-force", "certain"), ("Duneville", "in-force", "certain"), FJORDBY]),
    ("2018-06", [BELMONT, ("Cedrowo", "in-force", "certain"), ("Duneville", "dormant in-force", "possible"),
                 ("Estuary", "in-force", "certain"), FJORDBY]),
    ("2019", [BELMONT, ("Cedrowo", "in-force", "certain"), ("Duneville", "dormant", "certain"),
              ("Estuary", "in-force", "certain"), FJORDBY]),
    ("2020", [BELMONT, ("Cedrowo", "in-force", "certain"), ("Estuary", "in-force", "certain"), FJORDBY]),
    ("2022-06", [BELMONT, ("Belmont, Cedrowo", "in-force", "certain"), ("Cedrowo", "in-force", "certain"),
                 ("Estuary", "suspended", "certain"), FJORDBY]),
]  # fmt: skip


class TestCity:
    """A city on a day."""

    @pytest.mark.parametrize(("day", "expected"), CASES, ids=[day for day, _ in CASES])
    def test_what_held(self, client: FlaskClient, day: str, expected: list[tuple[str, str, str]]) -> None:
        """Status periods by their dates; what may have held is possible, what has ended is not there."""
        found = [
            (
                ", ".join(sorted(row["party"].split(SEPARATOR))),
                " ".join(sorted(iri.rpartition("#")[2] for iri in row["status_iri"].split(SEPARATOR))),
                row["certainty"],
            )
            for row in rows(client, f"/en/city/aldorf/held.csv?asOf={day}")
        ]
        assert expected == found

    def test_the_relation_of_that_day(self, client: FlaskClient) -> None:
        """A letter of intent made them friends; the agreement made them partners."""
        for day, relation, stage in (
            ("2010", "friendly", "letter-of-intent"),
            ("2013", "partner", "agreement"),
        ):
            row = next(
                row
                for row in rows(client, f"/en/city/aldorf/held.csv?asOf={day}")
                if row["party"] == "Cedrowo"
            )
            assert row["relation_iri"].endswith(f"relation#{relation}")
            assert row["stage_iri"].endswith(f"stage#{stage}")
            assert "/id/agreement/cedrowo-" in row["document_iri"]

    def test_each_row_is_explained(self, client: FlaskClient) -> None:
        """Every row leads to its document or event, and to claims as fragments of the partnership's page."""
        for language in LANGUAGES:
            page = client.get(f"/{language}/city/aldorf?asOf=2019").text
            for line in page.split("<tr id=")[1:]:
                if "city_held" in page and "/partnership/aldorf-" in line:
                    assert f"/{language}/partnership/aldorf-" in line
            assert re.search(rf'href="/{language}/partnership/aldorf-belmont#claim-[a-z0-9-]+"', page)
            assert f'href="/{language}/agreement/belmont-1990"' in page
            assert f'href="/{language}/event/duneville-1"' in page

    def test_networks(self, client: FlaskClient) -> None:
        """A membership holds to its last day."""
        for day, roles in (("1974", []), ("1975-06", ["associate"]), ("1979-12-31", ["associate"]),
                           ("1980-01-01", ["full"]), ("2015-06", ["full", "host"])):  # fmt: skip
            found = rows(client, f"/en/city/aldorf/held-networks.csv?asOf={day}")
            assert roles == sorted(row["role_iri"].rpartition("#")[2] for row in found), day

    def test_counts(self, client: FlaskClient) -> None:
        """Certain and possible numbers of that day."""
        found = {
            row["counted"]: (row["certain"], row["possible"])
            for row in rows(client, "/en/city/aldorf/held-counts.csv?asOf=2009")
        }
        assert ("2", "3") == found["partner-cities"]
        assert ("1", "1") == found["friendly-cities"]

    def test_without_a_day_it_is_today(self, client: FlaskClient) -> None:
        """The table alone is of the day of the data."""
        assert rows(client, "/en/city/aldorf/held.csv") == rows(
            client, f"/en/city/aldorf/held.csv?asOf={VALID_ON}"
        )


class TestOthers:
    """Countries and networks."""

    def test_network(self, client: FlaskClient) -> None:
        """The members on that day; the precision of a date decides how certain they are."""
        found = {
            row["member"]: row["certainty"]
            for row in rows(client, "/en/network/northern-congress/held.csv?asOf=2015-06")
        }
        assert {"Aldorf": "certain", "Cedrowo": "possible"} == found
        assert [] == rows(client, "/en/network/northern-congress/held.csv?asOf=2009")

    def test_country(self, client: FlaskClient) -> None:
        """Its cities with partnerships on that day."""
        iri = rows(client, "/en/city.csv")
        country = next(row["country_iri"] for row in iri if row["name"] == "Aldorf").rpartition("/")[2]
        before, after = (
            {
                row["city"]: int(row["certain"])
                for row in rows(client, f"/en/country/{country}/held.csv?asOf={day}")
            }
            for day in ("1984", "2009")
        )
        assert 0 == before.get("Aldorf", 0)
        assert 3 == after["Aldorf"]


class TestPages:
    """The pages around it."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", ["city/aldorf", "network/northern-congress", "country/tu", "partnership", "city",
                                      "membership", "city/aldorf/held", "map"])  # fmt: skip
    def test_page_of_a_day(
        self, client: FlaskClient, language: str, path: str, tiny_snapshot: Snapshot
    ) -> None:
        """Good markup, the day in words, a way back, and a day that languages, order and files keep."""
        if path == "country/tu":
            row = rows(client, "/en/country.csv")[0]
            path = f"country/{row['name_iri'].rpartition('/')[2]}"
        response = client.get(f"/{language}/{path}?asOf=2009")
        assert 200 == response.status_code
        page = read_page(response.text)
        assert [] == page.problems
        assert "2009" in page.text
        assert "public" in response.headers["Cache-Control"]
        others = [code for code in LANGUAGES if code != language]
        assert {f"/{code}/{path}?asOf=2009" for code in others} <= set(page.links)
        kept = [link for link in page.links if re.search(r"\.(csv|xlsx|json)(\?|$)", link)]
        assert all("asOf=2009" in link for link in kept if "/doc/" not in link)

    def test_other_days_are_other_representations(self, client: FlaskClient) -> None:
        """The day is part of the validator."""
        tags = {
            client.get(f"/en/city/aldorf{words}").headers["ETag"]
            for words in ("", "?asOf=2009", "?asOf=2010")
        }
        assert 3 == len(tags)

    def test_form(self, client: FlaskClient) -> None:
        """Pages that can be of a day offer it."""
        for path in ("city/aldorf", "network/northern-congress", "partnership", "city", "membership", "map"):
            page = client.get(f"/en/{path}").text
            assert 'name="asOf"' in page, path
            assert f'href="/en/{path}?asOf=2010"' in page, path
        assert 'name="asOf"' not in client.get("/en/agreement").text


class TestLists:
    """Lists of what held."""

    def test_only_what_held(self, client: FlaskClient) -> None:
        """A facet tells what is certain from what is possible."""

        def keys(words: str) -> set[str]:
            return {
                row["name_iri"].rpartition("/")[2] for row in rows(client, f"/en/partnership.csv?{words}")
            }

        assert keys("asOf=2009&certainty=certain") | keys("asOf=2009&certainty=possible") == keys("asOf=2009")
        assert {"aldorf-belmont", "aldorf-cedrowo", "aldorf-duneville"} <= keys("asOf=2009&certainty=certain")
        assert "aldorf-fjordby" in keys("asOf=2009&certainty=possible")
        assert "aldorf-estuary" not in keys("asOf=2009")
        assert "aldorf-duneville" not in keys("asOf=2021")
        assert {"aldorf-cedrowo"} == keys("asOf=2009&relation=friendly")
        assert "aldorf-cedrowo" in keys("asOf=2013&relation=partner")

    def test_sorted_and_narrowed(self, client: FlaskClient) -> None:
        """Text, order and pages work as in the list of today."""
        found = [row["name"] for row in rows(client, "/en/partnership.csv?asOf=2009&q=ced&sort=-since")]
        assert "Aldorf – Cedrowo" == found[0]
        page = client.get("/en/city?asOf=2009&sort=-links")
        assert 200 == page.status_code
        assert 400 == client.get("/en/city?asOf=2009&sort=partners").status_code

    def test_memberships(self, client: FlaskClient) -> None:
        """Those that held."""
        found = {row["name_iri"].rpartition("/")[2] for row in rows(client, "/en/membership.csv?asOf=1979")}
        assert {"aldorf-union-1"} == found

    def test_few_days_are_kept(self, client: FlaskClient) -> None:
        """Who asks for one day after the other fills no memory, for lists and for the map."""
        for year in range(1980, 2000):
            assert 200 == client.get(f"/en/partnership?asOf={year}").status_code
            assert 200 == client.get(f"/en/map?asOf={year}").status_code
        extensions = client.application.extensions
        assert KEPT_DAYS == len(extensions["twin_graph"].shelves._days)
        assert KEPT_DAYS == len(extensions["twin_graph.partnerships_of_days"])


# Of what is not kept by day: tables, sheets, lists, pictures, documents, identifiers, feeds, endpoints.
NOT_BY_DAY = [
    "/en/city/aldorf/partnerships", "/en/city/aldorf/partnerships.csv", "/en/city/aldorf/partnerships/query",
    "/en/city/aldorf/factsheet", "/en/city/aldorf/curation", "/en/city/aldorf/anniversaries",
    "/en/city/aldorf/changes", "/en/embed/city/aldorf", "/en/agreement", "/en/agreement.csv", "/en/network",
    "/en/country", "/en/source", "/en/partnership/aldorf-belmont", "/en/reports", "/en/reports/contradictions.csv",
    "/en/", "/", "/en/home/latest", "/en/timeline", "/en/timeline.svg", "/en/compare", "/en/chain", "/en/curation",
    "/en/report", "/en/search?q=a", "/suggest?prefix=a", "/en/changes", "/changes", "/id/city/aldorf",
    "/doc/city/aldorf", "/doc/city/aldorf.ttl", "/doc/city/aldorf.html", "/doc/partnership", "/doc/partnership.csv",
    "/graph/shared", "/sparql?query=ASK{}", "/graphs?default", "/en/city/ALDORF/partnerships",
    "/concepts/status", "/en/about",
]  # fmt: skip
BY_DAY = [
    "/en/city/aldorf", "/en/country/ca", "/en/network/northern-congress", "/en/city", "/en/membership.csv",
    "/en/partnership", "/en/partnership.xlsx", "/en/city/aldorf/held", "/en/city/aldorf/held.csv",
    "/en/city/aldorf/held-counts.json", "/en/city/aldorf/held/query", "/en/map", "/en/map.csv", "/en/map.svg",
]  # fmt: skip


def ask(client: FlaskClient, path: str, text: str) -> tuple[int, str]:
    """Status of an address with a day, and what is said of a refusal."""
    address = f"{path}{'&' if '?' in path else '?'}asOf={text}"
    headers = {"Accept": "application/json, */*;q=0.1", "Accept-Language": "en"}
    response = client.get(address, headers=headers)
    return response.status_code, response.text if response.status_code == 400 else ""


class TestElsewhere:
    """What is not kept by day is never sent for one."""

    @pytest.mark.parametrize("path", NOT_BY_DAY)
    def test_what_is_not_kept_by_day_refuses(self, client: FlaskClient, path: str) -> None:
        """400 that says where days are; without a value, as a form sends it, nothing is asked."""
        for text in ("2013", "2013-10-01"):
            status, detail = ask(client, path, text)
            assert 400 == status
            assert "not kept by day" in detail
        assert 400 != ask(client, path, "")[0]

    @pytest.mark.parametrize("path", [*NOT_BY_DAY, *BY_DAY])
    def test_what_is_no_date_is_refused_everywhere(self, client: FlaskClient, path: str) -> None:
        """What should be a date is one, and none that the data cannot know."""
        for text in ("foo", "2013-02-30", "2030"):
            status, detail = ask(client, path, text)
            assert 400 == status
            assert "not kept" not in detail

    @pytest.mark.parametrize("path", BY_DAY)
    def test_what_is_kept_by_day_answers(self, client: FlaskClient, path: str) -> None:
        """Pages, lists, tables, the map; a table leads to its query with the day in it."""
        status, _ = ask(client, path, "2013")
        assert status in (200, 303)

    @pytest.mark.parametrize(
        ("path", "address"),
        [
            ("/pl/city/aldorf/partnerships.csv", "/pl/city/aldorf/held.csv?asOf=2013"),
            (
                "/uk/network/northern-congress/members.xlsx",
                "/uk/network/northern-congress/held.xlsx?asOf=2013",
            ),
            ("/en/city/aldorf/partnerships", "/en/city/aldorf?asOf=2013"),
            ("/en/city/aldorf/factsheet", "/en/city/aldorf?asOf=2013"),
            ("/doc/city/aldorf.ttl", "/en/city/aldorf?asOf=2013"),
        ],
    )
    def test_the_refusal_names_the_address_nearby(self, client: FlaskClient, path: str, address: str) -> None:
        """Who wanted a table of a city gets the address of the one that is kept by day, and it answers."""
        assert f" {address}" in ask(client, path, "2013")[1]
        assert 200 == client.get(address).status_code

    def test_what_is_not_there_is_not_found(self, client: FlaskClient) -> None:
        """404 where there is no such table, kind or address, with a day or without."""
        for path in ("/en/city/aldorf/nothing.csv", "/en/nothing", "/nothing", "/en/city/nowhere"):
            assert 404 == ask(client, path, "2013")[0]

    @pytest.mark.parametrize("path", ["/livez", "/problems/not-found"])
    def test_what_tells_nothing_of_the_data_answers(self, client: FlaskClient, path: str) -> None:
        """Whether the process lives, and what a problem means, is the same on every day."""
        assert 200 == client.get(f"{path}?asOf=2013").status_code

    def test_no_link_leads_to_a_refusal(self, client: FlaskClient) -> None:
        """Every address with a day that pages of a day lead to answers."""
        found = set()
        for path in (
            "/en/city/aldorf",
            "/en/country/ca",
            "/en/partnership",
            "/en/map",
            "/en/city/aldorf/held",
        ):
            found |= {
                link for link in read_page(client.get(f"{path}?asOf=2013").text).links if "asOf=" in link
            }
        assert len(found) > 20
        refused = {link for link in found if client.get(link).status_code not in (200, 303)}
        assert set() == refused

    def test_the_documents_are_no_other_form_of_a_day(self, client: FlaskClient) -> None:
        """A page and a list of today have their documents as alternates; those of a day are described by them."""
        for path in ("/en/city/aldorf", "/en/partnership"):
            today = client.get(path).headers["Link"]
            of_day = client.get(f"{path}?asOf=2013").headers["Link"]
            alternates = re.compile(r'<[^<>]*/doc/[^<>]*>; rel="alternate"')
            assert alternates.search(today)
            assert not alternates.search(of_day)
            assert re.search(r'<[^<>]*/doc/[^<>]*>; rel="describedby"', of_day)
