"""Keys of names, typing errors, identifiers, and the order in which an index answers."""

from __future__ import annotations

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_graph.errors import SnapshotDamaged
from twin_graph.labels import (
    Found,
    Name,
    Named,
    NameIndex,
    country_names,
    fold,
    folding,
    make_keys,
    write_index,
)
from twin_graph.labels.folding import TRADITIONS, romanise
from twin_graph.labels.identifiers import Identifier, read_identifier
from twin_graph.labels.typing_errors import Vocabulary

BASE = "http://localhost:8000/"
LVIV = Named(
    "city",
    "lviv",
    (
        Name("Lviv", "en"),
        Name("Lwów", "pl"),
        Name("Львів", "uk"),
        Name("Львів", "uk", "native"),
        Name("Lemberg", "de", "former"),
    ),
    countries=("ua",),
    weight=22,
    identifiers=("lviv", "q36036", "702550"),
)
LUBLIN = Named("city", "lublin", (Name("Lublin", "pl"), Name("Люблін", "uk")), countries=("pl",), weight=2_000_044,
               identifiers=("lublin", "q37333"))  # fmt: skip
LUBLINIEC = Named("city", "q985238", (Name("Lubliniec", "en"),), countries=("pl",), weight=3)
GRANADA = Named("city", "granada", (Name("Granada", "es"),), countries=("es",), weight=5)
OTHER_GRANADA = Named("city", "q221000", (Name("Granada", "en"),), countries=("ni",), weight=50)
NEW_LUBLIN = Named("city", "q1", (Name("Nowy Lublin", "pl"),), countries=("pl",), weight=900)
TOGETHER = Named("partnership", "lublin-lviv", (), (("city", "lublin"), ("city", "lviv")), ("pl", "ua"), 66)
THREE = Named("partnership", "three", (Name("Three Cities", "en"),),
              (("city", "lublin"), ("city", "lviv"), ("city", "granada")), ("pl", "ua", "es"), 30)  # fmt: skip
UKRAINE = Named("country", "ua", (Name("Ukraine", "en"), Name("Україна", "uk")), countries=("ua",),
                identifiers=("ua",))  # fmt: skip
POLAND = Named("country", "pl", (Name("Poland", "en"),), countries=("pl",), identifiers=("pl",))
SOURCE = Named("source", "s1", (Name("Lublin and its partners", "en"),))
THINGS = (
    LVIV,
    LUBLIN,
    LUBLINIEC,
    GRANADA,
    OTHER_GRANADA,
    NEW_LUBLIN,
    TOGETHER,
    THREE,
    UKRAINE,
    POLAND,
    SOURCE,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> NameIndex:
    """An index of eleven things."""
    path = tmp_path_factory.mktemp("names") / "names.db"
    write_index(path, THINGS)
    return NameIndex.open(path)


def keys(found: Found) -> list[str]:
    """The keys of the hits."""
    return [hit.key for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ŁÓDŹ", "lodz"),
        ("Nykøbing Falster", "nykobing falster"),
        ("İstanbul", "istanbul"),
        ("Diyarbakır", "diyarbakir"),
        ("Þórshöfn", "thorshofn"),
        ("Кам`янець–Подільський", "камянець подільськии"),
        ("Кишинёв", "кишинев"),
        ("ﬁrst ＡＢＣ", "first abc"),
        ("רָמַאללָה", "רמאללה"),
        ("हिन्दी", "हिन्दी"),
        ("ガーナ", "ガーナ"),
        ("서울", "서울"),
        ("  a - b\t(c) ", "a b c"),
        ("\x00", ""),
        ("\ud800", ""),
        ("'’ʼ", ""),
    ],
)
def test_fold(text: str, expected: str) -> None:
    """Case, accents, apostrophes and hyphens do not count; vowel signs of other scripts are letters."""
    assert expected == fold(text)


@given(st.text())
def test_fold_is_stable(text: str) -> None:
    """A key is its own key, and holds nothing but letters, digits, vowel signs and single spaces."""
    key = fold(text)
    assert key == fold(key)
    assert key.split() == key.split(" ") or key == ""
    assert '"' not in key
    assert "\x00" not in key


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Münster", "de", {"munster", "muenster"}),
        ("Münster", "tr", {"munster"}),
        ("Ålborg", "da", {"alborg", "aalborg"}),
        ("Ålborg", "", {"alborg", "aalborg"}),
        ("Запоріжжя", "uk", {"запоріжжя", "zaporizhzhia", "saporischschja", "zaporizzja"}),
        ("Харьков", "ru", {"kharkov", "charkow"}),
        ("Горлівка", "uk", {"horlivka"}),
        ("Гродно", "ru", {"grodno"}),
        ("Нови Сад", "sr-Cyrl", {"novi sad"}),
        ("Добрич", "bg", {"dobrich"}),
        ("თბილისი", "ka", {"tbilisi"}),
        ("Αθήνα", "el", {"αθηνα", "athina"}),
        ("Saint-Étienne", "fr", {"saint etienne", "st etienne"}),
        ("L'Aquila", "it", {"laquila", "l aquila"}),
    ],
)
def test_keys(text: str, language: str, expected: set[str]) -> None:
    """A name is found as its language also writes it, and in Latin letters as several traditions do."""
    assert set() == expected - set(make_keys(text, language))


def test_every_tradition_writes_every_letter() -> None:
    """No Cyrillic letter of the languages of these data stays."""
    letters = "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюяўјљњћђџ"
    for language in ("uk", "ru", "be", "bg", "sr"):
        written = romanise(letters, language)
        assert len(TRADITIONS) == len(written)
        assert all(fold(text).isascii() for text in written)


def test_equal_words_need_company() -> None:
    """A word alone is no abbreviation: who types “st” has hardly begun."""
    assert ("st",) == make_keys("St")


def test_errors_are_counted_as_a_typist_makes_them() -> None:
    """A letter too many, too few, wrong, or two exchanged is one error each."""
    vocabulary = Vocabulary(["lviv", "lublin", "timisoara"])
    assert [(1, "lublin")] == vocabulary.near("lubblin", 1) == vocabulary.near("lulin", 1)
    assert [(1, "lublin")] == vocabulary.near("lubpin", 1) == vocabulary.near("lulbin", 1)
    assert [] == vocabulary.near("luxxin", 1)
    assert [(2, "timisoara")] == vocabulary.near("timishora", 2)
    assert ["timis"] == vocabulary.near_beginnings("timsi", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" q37333 ", Identifier("q37333")),
        ("702550", Identifier("702550")),
        ("wd:Q37333", Identifier("q37333")),
        ("geonames: 702550", Identifier("702550")),
        ("https://www.wikidata.org/wiki/Q37333#P190", Identifier("q37333")),
        ("http://www.wikidata.org/entity/Q37333", Identifier("q37333")),
        ("https://www.geonames.org/702550/lviv.html", Identifier("702550")),
        ("https://sws.geonames.org/702550/", Identifier("702550")),
        (f"<{BASE}id/city/lviv>", Identifier("lviv", "city")),
        (f"{BASE}doc/city/lviv.ttl", Identifier("lviv", "city")),
        ("/uk/city/lviv?x=1", Identifier("lviv", "city")),
        ("city/lviv", Identifier("lviv", "city")),
        ("Lviv", None),
        ("12", None),
        ("https://example.org/Q1", None),
        ("thing/lviv", None),
        ("", None),
    ],
)
def test_identifiers(text: str, expected: Identifier | None) -> None:
    """Numbers of others, their addresses, and addresses of ours are no names."""
    assert expected == read_identifier(text, BASE)


def test_what_was_typed_comes_before_what_begins_so(index: NameIndex) -> None:
    """A whole name, then beginnings, then words; a title of a source is never a beginning."""
    found = index.search("lublin", "en")
    assert ["lublin", "q985238", "q1", "lublin-lviv", "three", "s1"] == keys(found)
    assert [1.0, 0.9, 0.8, 0.8, 0.8, 0.9] == [hit.score for hit in found.hits]


def test_reader_language_first(index: NameIndex) -> None:
    """Of two things of one name the one that has it in the reader's language comes first, then the better known."""
    assert ["granada", "q221000"] == keys(index.search("granada", "es", kinds=["city"]))
    assert ["q221000", "granada"] == keys(index.search("granada", "en", kinds=["city"]))
    assert ["q221000", "granada"] == keys(index.search("granada", "pl", kinds=["city"]))


@pytest.mark.parametrize(
    "text", ["lemberg", "LWÓW", "lwow", "львів", "Львiв", "lvvi", "lembreg", "lem", "q36036"]
)
def test_one_city_under_many_names(index: NameIndex, text: str) -> None:
    """Names in every language and script, former ones, beginnings and typing errors lead to the same city."""
    assert "lviv" == keys(index.search(text, "en"))[0]


def test_hit_says_why(index: NameIndex) -> None:
    """A hit has the title for the reader, and the name by which it was found with its language and use."""
    hit = index.search("lemb", "pl").hits[0]
    assert ("Lwów", "Lemberg", "de", "former") == (hit.title, hit.matched, hit.matched_language, hit.use)
    assert Name("Львів", "uk", "native") == hit.local
    assert ("ua",) == hit.countries


def test_partnership_is_found_by_its_parties(index: NameIndex) -> None:
    """Both cities in any order and language; the smaller partnership first, and its title is made of theirs."""
    found = index.search("lemberg lublin", "uk")
    assert ["lublin-lviv", "three"] == keys(found)
    assert "Люблін – Львів" == found.hits[0].title
    assert ["Люблін", "Львів"] == [part.text for part in found.hits[0].parts]
    assert "Lublin – Lemberg" == found.hits[0].matched


def test_facets_count_as_if_nothing_were_chosen_there(index: NameIndex) -> None:
    """Kinds are counted within the chosen country, countries within the chosen kinds."""
    found = index.search("lublin", "en", kinds=["partnership"], country="es")
    assert (1, ["three"]) == (found.total, keys(found))
    assert {"partnership": 1} == dict(found.kinds)
    assert {"pl": 2, "ua": 2, "es": 1} == dict(found.countries)


def test_pages_follow_one_another(index: NameIndex) -> None:
    """The hits of all pages are those of one long page, each once."""
    whole = keys(index.search("l", "en", limit=100))
    paged = [key for start in range(0, 9, 2) for key in keys(index.search("l", "en", limit=2, offset=start))]
    assert whole == paged
    assert len(set(whole)) == len(whole)


def test_identify(index: NameIndex) -> None:
    """An identifier names one thing of the index, or nothing."""
    assert ("city", "lviv") == index.identify("702550", BASE)
    assert ("country", "ua") == index.identify(f"{BASE}id/country/ua", BASE)
    assert None is index.identify("Q999999", BASE)


@pytest.mark.parametrize("typed", ["Lublina", "lubin", "Lublinem"])
def test_errors_are_sought_for_what_is_wanted(tmp_path: Path, typed: str) -> None:
    """Titles, however many, do not keep a city from being found, and it comes before them."""
    titles = [
        Named("source", f"t{number}", (Name(f"Prezydent {typed} {number}", "pl"),)) for number in range(20)
    ]
    write_index(tmp_path / "names.db", (*THINGS, *titles))
    index = NameIndex.open(tmp_path / "names.db")
    assert "lublin" == keys(index.search(typed, "pl"))[0]
    assert "lublin" == keys(index.search(typed, "pl", kinds=["city"]))[0]
    assert "lublin" == keys(index.search(typed, "pl", country="pl"))[0]
    assert 20 <= index.search(typed, "pl", kinds=["source"]).total


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Lviv, Ukraine", ["lviv"]),
        ("Україна Львів", ["lviv"]),
        ("Lemberg UA", ["lviv"]),
        ("lvvi ukraine", ["lviv"]),
        ("Nowy Lublin Pol", ["q1"]),
        ("Lviv, Poland", []),
        ("Poland Ukraine", []),
        ("Lviv U", []),
    ],
)
def test_city_with_its_country(index: NameIndex, typed: str, expected: list[str]) -> None:
    """A country or its code tells which city is meant; it is no city, and another country is no match."""
    assert expected == [hit.key for hit in index.search(typed, "en", kinds=["city"]).hits]


def test_errors_are_those_of_a_typist(tmp_path: Path) -> None:
    """What a machine makes of another script has no typing errors: 日本 is no Ribe."""
    cities = [Named("city", name.lower(), (Name(name, "en"),)) for name in ("Ribe", "Elmada", "Lviv")]
    write_index(tmp_path / "names.db", cities)
    index = NameIndex.open(tmp_path / "names.db")
    for typed in ("日本", "Ελλάδα"):
        assert 0 == index.search(typed, "en").total
        assert [] == index.resembling(typed, "en")
    assert ["lviv"] == keys(index.search("Льввів", "en"))


def test_countries_in_many_languages() -> None:
    """A country has its name in each language, short forms, and none twice in one language; others have none."""
    for key, text in {"de": "Deutschland", "jp": "日本", "gb": "Great Britain", "us": "USA", "nl": "Holland",
                      "cz": "Czech Republic", "mm": "Burma", "cn": "中國"}.items():  # fmt: skip
        assert text in {name.text for name in country_names(key)}
    names = [
        (key, name.text, name.language) for key in ("us", "nl", "gb", "cz") for name in country_names(key)
    ]
    assert len(set(names)) == len(names)
    assert () == country_names("qx")


def test_code_of_a_country(index: NameIndex) -> None:
    """A code in capitals is the country; in small letters it may be the beginning of any name."""
    assert "ua" == keys(index.search("UA", "en"))[0]
    assert "pl" in keys(index.search("pl", "en"))


def test_titles(index: NameIndex) -> None:
    """Titles of several things at once: the reader's language, else English, else any."""
    found = index.titles("city", ["lviv", "lublin", "granada", "nobody"], "uk")
    assert {"lviv": "Львів", "lublin": "Люблін", "granada": "Granada"} == {
        k: n.text for k, n in found.items()
    }
    assert "es" == found["granada"].language


def test_resembling(index: NameIndex) -> None:
    """Who finds nothing is shown what resembles it."""
    assert 0 == index.search("lublinoho", "en").total
    assert "lublin" in [hit.key for hit in index.resembling("lublinoho", "en")]


def test_no_index(tmp_path: Path) -> None:
    """Without a file, or with one of another kind, nothing is found and the answer says why."""
    for path in (None, tmp_path / "absent.db", tmp_path):
        index = NameIndex.open(path)
        assert Found(has_index=False) == index.search("lublin", "en")
        assert None is index.identify("Q1", BASE)
        assert {} == index.titles("city", ["lviv"], "en")
        assert [] == index.resembling("lublin", "en")
    (tmp_path / "other.db").write_bytes(b"no database")
    assert not NameIndex.open(tmp_path / "other.db").exists


def test_index_follows_from_the_things(tmp_path: Path) -> None:
    """The order in which things are given does not show in the file, to the byte."""
    write_index(tmp_path / "1.db", THINGS)
    write_index(tmp_path / "2.db", reversed(THINGS))
    assert (tmp_path / "1.db").read_bytes() == (tmp_path / "2.db").read_bytes()


def test_file_is_opened_for_reading_only(tmp_path: Path) -> None:
    """A folder that nobody may write into serves an index, and stays as it was."""
    write_index(tmp_path / "names.db", THINGS)
    (tmp_path / "names.db").chmod(0o444)
    index = NameIndex.open(tmp_path / "names.db")
    assert index.search("lviv", "en").total
    with pytest.raises(SnapshotDamaged, match="readonly"):
        index._rows("DELETE FROM name")
    assert ["names.db"] == [path.name for path in tmp_path.iterdir()]


def test_several_threads(index: NameIndex) -> None:
    """Threads that ask at the same time get the same answers, each over its own connection."""
    ready = threading.Barrier(4)

    def ask(_: int) -> list[list[str]]:
        ready.wait()
        return [keys(index.search(text, "en")) for text in ("lublin", "lvvi", "granada") for _ in range(20)]

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
    assert [answers[0]] * 4 == answers


def own_connection(index: NameIndex) -> object:
    """The connection of this thread."""
    assert index._file is not None
    return index._file._own()


def found_in_a_new_thread(index: NameIndex) -> list[str]:
    """What a thread finds that has asked nothing before."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: keys(index.search("lemberg", "en"))[:1]).result()


def test_the_file_may_go(tmp_path: Path) -> None:
    """When its name is gone, or another file has it, threads that come later find in the index as it was."""
    path = tmp_path / "names.db"
    write_index(path, THINGS)
    index = NameIndex.open(path)
    assert ["lviv"] == found_in_a_new_thread(index)
    path.unlink()
    assert ["lviv"] == found_in_a_new_thread(index) == keys(index.search("lemberg", "en"))[:1]
    write_index(path, [LUBLIN])
    assert ["lviv"] == found_in_a_new_thread(index)
    index.close()
    with pytest.raises(SnapshotDamaged):
        index.search("lemberg", "en")


def test_a_damaged_index_says_so(tmp_path: Path) -> None:
    """An index that is overwritten in the middle, or has no tables, is damage and no error of the program."""
    path = tmp_path / "names.db"
    write_index(path, THINGS)
    whole = path.read_bytes()
    path.write_bytes(whole[:16_384] + b"\xa5" * (len(whole) - 24_576) + whole[-8_192:])
    with pytest.raises(SnapshotDamaged):
        NameIndex.open(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as empty:
        empty.execute("PRAGMA user_version = 1")
    index = NameIndex.open(path)
    for ask in (lambda: index.search("lviv", "en"), lambda: index.titles("city", ["lviv"], "en"),
                lambda: index.resembling("lublinoho", "en"), lambda: index.identify("Q36036", BASE)):  # fmt: skip
        with pytest.raises(SnapshotDamaged):
            ask()


def test_what_is_typed_fills_no_memory() -> None:
    """Keys of long texts are not kept, and those of short ones only so long as there are few of them."""
    folding._known.cache_clear()
    assert fold("ż" * 500) == "z" * 500
    assert 0 == folding._known.cache_info().currsize
    maximum = folding._known.cache_info().maxsize
    assert maximum is not None
    assert maximum * folding._SHORT < 1_000_000


def test_after_a_fork(index: NameIndex) -> None:
    """A process that was forked with the index open asks over a connection of its own."""
    before = own_connection(index)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        same = own_connection(index) is before
        os.write(writing, b"same" if same else keys(index.search("lemberg", "en"))[0].encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        assert b"lviv" == answer.read()


@given(st.text(max_size=400), st.sampled_from(["pl", "en", "uk", "xx"]))
def test_any_text_is_an_answerable_question(index: NameIndex, text: str, language: str) -> None:
    """Whatever is typed, the search answers."""
    found = index.search(text, language)
    assert found.total >= len(found.hits)
    index.identify(text, BASE)
    index.resembling(text, language)


@pytest.mark.parametrize(
    "text",
    ['"', "'", '" OR "', "lublin AND", "NEAR(lublin lviv)", "text:lublin", "lublin*", "-lublin", "(lublin", "^lublin",
     "lub\x00lin", "\ud83d", "\U0001f600", "%", "_", "lublin; DROP TABLE name", "a " * 200, "\u0301" * 300],
)  # fmt: skip
def test_operators_are_letters_or_nothing(index: NameIndex, text: str) -> None:
    """What FTS5 or SQL would read as an operator means nothing."""
    assert index.search(text, "en").has_index
    assert len(THINGS) == len(index._rows("SELECT id FROM thing"))
