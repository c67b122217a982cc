"""The names that people type for the cities, partnerships and networks of the shipped data, and what they mean."""

from __future__ import annotations

import pytest

from twin_graph.labels import KIND_ORDER, NameIndex
from twin_graph.snapshot import Snapshot

# Typed, language of the reader (- for each), kind, key of what has to come first.
NAMES = """
lodz | - | city | q580
Łódź | - | city | q580
LODZ | - | city | q580
ŁÓDŹ | uk | city | q580
Львів | - | city | lviv
Lwów | - | city | lviv
lwow | - | city | lviv
Lemberg | - | city | lviv
Lwiw | - | city | lviv
Lvov | - | city | lviv
Львов | - | city | lviv
Leópolis | - | city | lviv
leopoli | - | city | lviv
לעמבעריק | - | city | lviv
利沃夫 | - | city | lviv
lembreg | - | city | lviv
702550 | - | city | lviv
Kharkov | - | city | kharkiv
Charkow | - | city | kharkiv
Charków | - | city | kharkiv
Харьков | - | city | kharkiv
Харків | - | city | kharkiv
kharkiw | - | city | kharkiv
Kharkvi | - | city | kharkiv
Kamianets Podilskyi | - | city | kamianets-podilskyi
Kamianets-Podil | - | city | kamianets-podilskyi
кам'янець | - | city | kamianets-podilskyi
Кам’янець-Подільський | - | city | kamianets-podilskyi
камянець подільський | - | city | kamianets-podilskyi
Kamieniec Podolski | - | city | kamianets-podilskyi
Kamaniçe | - | city | kamianets-podilskyi
rishon lezion | - | city | rishon-lezion
Rishon-le-Zion | - | city | rishon-lezion
rishonlezion | - | city | rishon-lezion
ראשון לציון | - | city | rishon-lezion
Ришон-ле-Цион | - | city | rishon-lezion
munster | - | city | munster
Münster | - | city | munster
Muenster | - | city | munster
Мюнстер | - | city | munster
Köln | - | city | q365
Koeln | - | city | q365
Cologne | - | city | q365
Кёльн | - | city | q365
Кельн | - | city | q365
Duesseldorf | - | city | q1718
Zuerich | - | city | q72
St Petersburg | - | city | q656
St. Petersburg | pl | city | q656
Saint Petersburg | - | city | q656
Санкт-Петербург | - | city | q656
Wilno | - | city | vilnius
Wilna | - | city | vilnius
Вільнюс | - | city | vilnius
Viļņa | - | city | vilnius
ווילנע | - | city | vilnius
Brest-Litovsk | - | city | brest
Brześć nad Bugiem | - | city | brest
Берасьце | - | city | brest
Timisaora | - | city | timisoara
timisoara | - | city | timisoara
Temesvár | - | city | timisoara
Темишвар | - | city | timisoara
Tiflis | - | city | tbilisi
თბილისი | - | city | tbilisi
Dnipropetrovsk | - | city | dnipro
Дніпропетровськ | - | city | dnipro
Екатеринослав | - | city | dnipro
Jekaterynoslaw | - | city | dnipro
Xiangfan | - | city | xiangyang
襄樊 | - | city | xiangyang
襄陽 | - | city | xiangyang
北京 | - | city | q956
Пекин | - | city | q956
Москва | - | city | q649
Київ | - | city | q1899
Киев | - | city | q1899
Warszawa | - | city | q270
Varsovie | - | city | q270
Warschau | - | city | q270
Danzig | - | city | q1792
gdansk | - | city | q1792
Breslau | - | city | q1799
Wroclaw | - | city | q1799
Nanzig | - | city | nancy
Нансі | - | city | nancy
nykobing falster | - | city | nykobing-falster
Nykoebing Falster | - | city | nykobing-falster
hakkari | - | city | hakkari
Çölemerik | - | city | hakkari
Poniewież | - | city | panevezys
Panevezys | - | city | panevezys
Кишинёв | - | city | chisinau
Kiszyniow | - | city | chisinau
رام الله | - | city | ramallah
Újvidék | - | city | novi-sad
Нови Сад | - | city | novi-sad
Krivoy Rog | - | city | kryvyi-rih
kryvyj rih | - | city | kryvyi-rih
Łuck | - | city | lutsk
Запоріжжя | - | city | q157835
Frankfurt am Main | - | city | q1794
frankfurt oder | - | city | q4024
aix en provence | - | city | q47465
laquila | - | city | q3476
l’aquila | - | city | q3476
newyork | - | city | q60
New Yrok | - | city | q60
granada | - | city | granada
Q37333 | - | city | lublin
lubiln | - | city | lublin
Люблін | - | city | lublin
卢布林 | - | city | lublin
lublin nancy | - | partnership | lublin-nancy
Nancy Lublin | - | partnership | lublin-nancy
Люблін Львів | - | partnership | lublin-lviv
lemberg lublin | - | partnership | lublin-lviv
Niemcy | - | country | de
Німеччина | - | country | de
DE | - | country | de
Deutschland | - | country | de
Frankreich | - | country | fr
USA | - | country | us
UK | - | country | gb
Great Britain | - | country | gb
Czech Republic | - | country | cz
中国 | - | country | cn
日本 | - | country | jp
Ελλάδα | - | country | gr
Lublin, Poland | - | city | lublin
Lviv Ukraine | - | city | lviv
Paris France | - | city | q90
Warsaw, Poland | - | city | q270
Cambridge, UK | - | city | q350
Україна Львів | - | city | lviv
Monachium | - | city | q1726
Drezno | - | city | q1731
Lipsk | - | city | q2079
Akwizgran | - | city | q1017
Nowy Jork | - | city | q60
Bazylea | - | city | q78
Królewiec | - | city | q1829
Konstantynopol | - | city | q406
Αθήνα | - | city | q1524
ירושלים | - | city | q1218
القاهرة | - | city | q85
Sajgon | - | city | q1854
Leningrad | - | city | q656
Eurocities | - | network | eurocities
eurocitis | - | network | eurocities
Nagroda Europy | - | distinction | europe-prize
Trójkąt Weimarski | pl | partnership | weimar-cities
"""
CASES = [tuple(cell.strip() for cell in line.split("|")) for line in NAMES.strip().splitlines()]


@pytest.fixture(scope="module")
def index(real_snapshot: Snapshot) -> NameIndex:
    """The names of the shipped data."""
    return NameIndex.open(real_snapshot.side("names.db"))


def test_there_are_cases_enough() -> None:
    """The table is read whole, and has no case twice."""
    assert len(CASES) >= 120
    assert len(set(CASES)) == len(CASES)
    assert {4} == {len(case) for case in CASES}


@pytest.mark.parametrize(("typed", "reader", "kind", "key"), CASES, ids=[case[0] for case in CASES])
def test_name_means(index: NameIndex, typed: str, reader: str, kind: str, key: str) -> None:
    """What is typed leads first to what is meant, for a reader of every language."""
    for language in ("pl", "en", "uk") if reader == "-" else (reader,):
        first = index.search(typed, language, limit=1).hits[0]
        assert (kind, key) == (first.kind, first.key), language


@pytest.mark.parametrize(
    ("typed", "key"), [("Lublina", "lublin"), ("Lublinie", "lublin"), ("Lwowem", "lviv"), ("Львовом", "lviv")]
)
def test_declined_name_finds_the_city(index: NameIndex, typed: str, key: str) -> None:
    """A name with an ending finds its city before any title in which it stands, and where only cities are wanted."""
    assert key in [hit.key for hit in index.search(typed, "pl", kinds=["city"], limit=5).hits]
    hits = index.search(typed, "pl", limit=1000).hits
    before = hits[: [(hit.kind, hit.key) for hit in hits].index(("city", key))]
    assert {hit.kind for hit in before} <= set(KIND_ORDER[:5])


@pytest.mark.parametrize("typed", ["l", "s", "lublin", "saint", "a", "new"])
def test_cities_of_registers_come_first(index: NameIndex, typed: str) -> None:
    """Among cities whose names begin alike those of a register come first, then those with more partners."""
    hits = index.search(typed, "en", kinds=["city"], limit=5).hits
    assert 5 == len(hits) or typed == "lublin"
    in_register = [not hit.key.startswith("q") for hit in hits if hit.score == hits[-1].score]
    assert sorted(in_register, reverse=True) == in_register


def test_every_label_of_a_city_finds_it(index: NameIndex) -> None:
    """Of a thousand names of cities, taken at equal distances, each finds its city among those of that name."""
    rows = index._rows(
        "SELECT key, text FROM name JOIN thing ON thing = id WHERE kind = 'city' ORDER BY id, place"
    )
    sample = rows[:: len(rows) // 1000]
    assert len(sample) >= 1000
    lost = [
        (key, text)
        for key, text in sample
        if key not in {hit.key for hit in index.search(text, "en", ["city"], limit=60).hits}
    ]
    assert [] == lost
