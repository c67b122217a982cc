"""Languages of pages: the catalogues are complete and compiled, plurals are right, names are in order."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from twin_graph.kinds import DOCUMENTED
from twin_graph.queries import load_all
from twin_graph.web.languages import FOLDER, catalogue, collation_key, initial
from twin_graph.web.site import PACKAGE
from twin_graph.web.words import COLUMN_WORDS, KIND_WORDS
from twin_graph.workspace import LANGUAGES

METHODS = [("web/**.py", "python"), ("spoken_dates.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "n_noop": (1, 2), "translate": None}
OTHERS = ("derive_", "question_", "cq", "count_", "report_", "void_", "wikidata_")


def used_texts() -> Iterator[str]:
    """Every text of the interface in templates and modules; of plurals the first form."""
    for _, _, text, _, _ in extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS):
        yield text if isinstance(text, str) else text[0]


def forms_of(message: Message) -> list[str]:
    """The translations of a text: one, or one for each form of the plural."""
    text = message.string
    return [text] if isinstance(text, str) else [str(form) for form in text or ("",)]


def texts_of(translations: gettext.GNUTranslations) -> dict[object, str]:
    """The texts of a compiled catalogue, without its header."""
    catalogue: dict[object, str] = vars(translations)["_catalog"]
    return {key: text for key, text in catalogue.items() if key}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """Each catalogue holds exactly the texts that are used, and every form of each."""
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        messages = {m.id if isinstance(m.id, str) else m.id[0]: forms_of(m) for m in read_po(file) if m.id}
    texts = set(used_texts())
    assert len(texts) > 150
    assert texts == set(messages)
    assert [] == [key for key, forms in messages.items() if not all(forms)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_kept(language: str) -> None:
    """A translation has the placeholders of its text."""
    pattern = re.compile(r"%\(\w+\)s|\{\w+\}")
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    for message in messages:
        source = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms_of(message):
            assert sorted(pattern.findall(source)) == sorted(pattern.findall(form)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_is_up_to_date(language: str) -> None:
    """The compiled catalogue is made of the text beside it; translations/README.md says how."""
    folder = FOLDER / language / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as file:
        made = io.BytesIO()
        write_mo(made, read_po(file, locale=language))
    made.seek(0)
    with (folder / "messages.mo").open("rb") as file:
        assert texts_of(gettext.GNUTranslations(made)) == texts_of(gettext.GNUTranslations(file))


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {0: "cities", 1: "city", 2: "cities", 5: "cities", 21: "cities"}),
        ("pl", {0: "miast", 1: "miasto", 2: "miasta", 5: "miast", 12: "miast", 21: "miast", 22: "miasta"}),
        ("uk", {0: "міст", 1: "місто", 2: "міста", 5: "міст", 11: "міст", 21: "місто", 22: "міста"}),
    ],
)
def test_plurals(language: str, forms: dict[int, str]) -> None:
    """A noun has the form that its number asks for."""
    texts = catalogue(language)
    assert forms == {number: texts.ngettext("city", "cities", number) for number in forms}


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "pl",
            [
                "(10)",
                "10 miast",
                "2 rzeki",
                "Chełm",
                "Ćmielów",
                "Lwów",
                "Łuck",
                "Omsk",
                "Ostrava",
                "Zamość",
                "Żytomierz",
            ],
        ),
        (
            "uk",
            [
                "10 міст",
                "2 річки",
                "Ґданськ",
                "Єреван",
                "Житомир",
                "Івано-Франківськ",
                "Їжакевич",
                "Луцьк",
                "Щецин",
            ],
        ),
        (
            "en",
            [
                "10 cities",
                "2 rivers",
                "Ålesund",
                "Berlin",
                "Łódź",
                "Øster",
                "Ostrava",
                "'s-Hertogenbosch",
                "Zürich",
            ],
        ),
    ],
)
def test_order_of_names(language: str, names: list[str]) -> None:
    """Names are in the order of the language's alphabet."""
    shuffled = names[::-1]
    assert names == sorted(shuffled, key=lambda name: collation_key(name, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_names(language: str) -> None:
    """What begins with a digit stands under digits, a sign under nothing."""
    assert ["0–9", "0–9", ""] == [initial(name, language) for name in ("10 cities", "²bis", "(…)")]


def test_every_kind_has_words() -> None:
    """Each kind of thing has a heading and a noun."""
    assert {kind.name for kind in DOCUMENTED} == set(KIND_WORDS)


def test_every_column_has_words() -> None:
    """Each column of a panel has a heading of ours or the label of a term."""
    terms = set(
        re.findall(r"^twin:(\w+)", (PACKAGE.parents[1] / "ontology/twin.ttl").read_text("utf-8"), re.M)
    )
    checked = 0
    prefixes = [f"{kind.name}_" for kind in DOCUMENTED] + ["list_", "home_", "report_"]
    for query in (query for prefix in prefixes for query in load_all(prefix)):
        head = query.text[query.text.index("SELECT") :].partition("WHERE")[0]
        hidden = {"this", "kind", "day", *query.notes.get("hide", "").split()}
        shown = set(re.findall(r"AS \?(\w+)\)", head))
        while "(" in head:
            head = re.sub(r"\([^()]*\)", "", head)
        for variable in (shown | set(re.findall(r"\?(\w+)", head))) - hidden:
            assert variable in COLUMN_WORDS or variable in terms, (query.name, variable)
            checked += 1
    assert checked > 100


def test_every_page_query_has_titles() -> None:
    """Each query of a page is titled in the three languages."""
    found = [query for query in load_all() if not query.name.startswith(OTHERS)]
    assert len(found) > 35
    for query in found:
        assert set(LANGUAGES) == set(query.titles), query.name
