"""Pictures as SVG text: what is drawn where, how names are kept apart, what hostile input becomes."""

from __future__ import annotations

import itertools
import re
from datetime import date
from math import dist
from xml.etree import ElementTree

import pytest

from twin_graph import pictures
from twin_graph.geo import great_circle_km
from twin_graph.pictures import Bar, Drawing, Frame, Legend, Link, Place, Relation, State
from twin_graph.pictures.arcs import bend, circle, cut, great_circle, lift_pen, thin
from twin_graph.pictures.labels import Placer, width_of
from twin_graph.pictures.maps import mark
from twin_graph.pictures.preview import Preview, draw_preview, render
from twin_graph.pictures.projections import MERCATOR, WORLD, Projection
from twin_graph.pictures.svg import escape, is_right_to_left, short, text

LUBLIN = Place("Lublin", 51.25, 22.57)
TODAY = date(2026, 11, 23)
NAMESPACE = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '<script>alert(1)</script>" onload="x',
    "]]>&amp;&",
    "bell\x07\x00\ud800\uffff",
    "a" * 10_000,
    "\n\t ",
)


def no_base(_frame: Frame) -> str:
    """Leaves the land out."""
    return ""


def parse(drawing: Drawing) -> ElementTree.Element:
    """The elements of a drawing; fails where it is not well formed."""
    return ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{drawing.svg}</svg>')


def draw(*links: Link, **options: object) -> Drawing:
    """A map of Europe with these links."""
    frame = pictures.fitted([(36.0, -9.0), (60.0, 40.0)], 760, 500)
    return pictures.draw_map(frame, no_base, links, LUBLIN, **options)  # type: ignore[arg-type]


def at(name: str, latitude: float, longitude: float, href: str = "") -> Place:
    """A place."""
    return Place(name, latitude, longitude, href)


# -- projections and lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("projection", "latitude", "longitude", "x", "y"),
    [
        (MERCATOR, 0, 0, 10000, 9386),
        (MERCATOR, 51.25, 22.57, 11253.89, 6059.43),
        (MERCATOR, -13.8, -171.8, 455.56, 10160.19),
        (MERCATOR, 35.7, 139.7, 17761.11, 7260.28),
        (WORLD, 0, 0, 2000, 965.56),
        (WORLD, 51.25, 22.57, 2204.74, 255.37),
        (WORLD, -13.8, -171.8, 117.49, 1171.09),
        (WORLD, 35.7, 139.7, 3410.95, 449.77),
    ],
)
def test_projections_agree_with_d3(
    projection: Projection, latitude: float, longitude: float, x: float, y: float
) -> None:
    """A point lies where d3-geo 3.1.2 draws it, with which the base maps are made."""
    assert (x, y) == pytest.approx(projection.project(latitude, longitude), abs=0.01)


def test_equal_earth_keeps_areas() -> None:
    """A field of ten degrees has the same area on the map as it has on the globe, wherever it lies."""

    def field(south: float) -> float:
        corners = [WORLD.project(south + (10 if i in (1, 2) else 0), 10 if i > 1 else 0) for i in range(4)]
        pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2

    # sin 10° - sin 0° and sin 60° - sin 50°
    assert (0.17365 / 0.09998) == pytest.approx(field(0) / field(50), rel=0.02)


def test_a_great_circle_is_the_shortest_line() -> None:
    """The pieces of the line add up to the distance, and neighbours are evenly spaced."""
    points = great_circle((51.25, 22.57), (26.46, -80.07))
    pieces = [great_circle_km(*one, *two) for one, two in itertools.pairwise(points)]
    assert great_circle_km(51.25, 22.57, 26.46, -80.07) == pytest.approx(sum(pieces), rel=1e-6)
    assert max(pieces) < 1.01 * min(pieces)


def test_the_pen_is_lifted_at_the_antimeridian() -> None:
    """From Tokyo to San Francisco the line leaves the world at one side and comes back at the other."""
    frame = pictures.world(760)
    pixels = [frame.place(point) for point in great_circle((35.7, 139.7), (37.8, -122.4))]
    pieces = lift_pen(pixels, 380)
    assert 2 == len(pieces)
    assert pieces[0][-1][0] > 600
    assert pieces[1][0][0] < 160


def test_a_frame_around_the_antimeridian_shows_one_line() -> None:
    """On a map of a region a line over the antimeridian is not broken."""
    fiji, samoa = at("Suva", -18.1, 178.4), at("Apia", -13.8, -171.8)
    frame = pictures.fitted([(-18.1, 178.4), (-13.8, -171.8)], 400, 300)
    drawn = pictures.draw_map(frame, no_base, [Link(samoa)], fiji)
    assert 1 == re.search(r'class="a p" d="([^"]*)"', drawn.svg)[1].count("M")  # type: ignore[index]
    assert () == drawn.outside


def test_lines_are_thinned_bent_and_cut() -> None:
    """A line keeps what may be seen: its shape within a part of a pixel, and what lies in the frame."""
    assert [(0, 0), (9, 0)] == thin([(0, 0), (3, 0.1), (6, 0), (9, 0)])
    assert 13 == len(thin([(x, y) for y, x in circle((0.0, 0.0), 1000, 6371)][::4]))
    assert [[(-5, 5), (5, 5), (15, 5)]] == cut([(-20, 5), (-5, 5), (5, 5), (15, 5), (30, 5)], 10, 10)
    assert () == bend([(0, 0), (1, 9), (2, -9), (3, 9), (4, -9), (5, 0)])
    assert 1 == len(bend([(t, t * t / 10) for t in range(10)]))
    assert (4.0, 0.0) == pytest.approx(bend([(t, t * t / 10) for t in range(9)])[0], abs=1e-9)
    assert 2 == len(bend([(t, t**3 / 10) for t in range(10)]))


# -- maps ---------------------------------------------------------------------------------------------------


def test_a_kind_is_a_shape_and_a_state_is_a_pattern() -> None:
    """Each relation has another element or path, each state another class: colour is never alone."""
    shapes = {mark(Link(LUBLIN, relation), (0, 0)) for relation in Relation}
    outlines = {re.sub(r'class="[^"]*"', "", shape) for shape in shapes}
    assert 4 == len(outlines)
    rules = pictures.alone.RULES
    for rule in (
        ".pic .s{stroke-dasharray",
        ".pic .e{stroke-dasharray",
        ".pic .m.s,.pic .m.e{fill:var(--page)",
    ):
        assert rule in rules


def test_names_do_not_cover_each_other() -> None:
    """Of many names in a small space those are written that find room; all others are told."""
    links = [Link(at(f"City number {i}", 48 + i % 7 / 2, 16 + i // 7)) for i in range(60)]
    drawn = draw(*links)
    written = {element.text for element in parse(drawn).iter(f"{NAMESPACE}text")}
    assert len(written) > 10
    assert 60 == len(written - {"Lublin"}) + len(drawn.unnamed)
    placer = Placer(200, 100, 12)
    labels = [placer.place("a name", (100, 50), 4) for _ in range(30)]
    boxes = [(label.x, label.y, label.anchor) for label in labels if label]
    assert len(boxes) == len(set(boxes)) > 3


def test_a_place_has_one_mark_and_one_name() -> None:
    """Several lines that end at one place share its mark; each of them is drawn."""
    sumy = at("Sumy", 50.9, 34.8)
    starts = [at("Lutsk", 50.7, 25.3), at("Rivne", 50.6, 26.2), at("Odesa", 46.5, 30.7)]
    drawn = draw(*(Link(sumy, start=start) for start in starts))
    assert 1 == drawn.svg.count(">Sumy<") == drawn.svg.count('class="m p"')
    line = re.search(r'class="a p" d="([^"]*)"', drawn.svg)
    assert line is not None
    assert 3 == line[1].count("M")


def test_the_centre_has_its_name_among_many_marks() -> None:
    """Where there is no room beside other marks, the name of what the map is about stands above them."""
    crowd = [Link(at(f"c{i}", 49.8 + i % 15 / 5, 18.5 + i // 15 / 2)) for i in range(300)]
    drawn = draw(*crowd)
    assert 1 == drawn.svg.count('class="t">Lublin<')


def test_the_centre_does_not_lie_at_an_edge() -> None:
    """A city whose only near partner is far in the south is not cut by the upper edge."""
    new_york, santo_domingo = (40.7, -74.0), (18.5, -69.9)
    for width, height in ((760, 500), (400, 400)):
        frame = pictures.fitted([santo_domingo], width, height, centre=new_york)
        x, y = frame.place(new_york)
        assert 0.1 * width < x < 0.9 * width
        assert 0.1 * height < y < 0.9 * height
        assert 1 == frame.share(dict.fromkeys([santo_domingo, new_york], 1))


def test_a_place_alone_is_shown_with_the_country_around_it() -> None:
    """A frame of one place reaches hundreds of kilometres in each direction."""
    frame = pictures.fitted([(51.25, 22.57)], 760, 500)
    assert 1 == frame.share(dict.fromkeys([(51.25, 17.0), (51.25, 28.0), (48.5, 22.57), (54.0, 22.57)], 1))


def test_the_world_fits_into_a_panel() -> None:
    """With a height the world is as large as fits, in the middle."""
    for width, height in ((750, 300), (300, 750)):
        frame = pictures.world(width, height)
        assert (width, height) == (frame.width, frame.height)
        assert 1 == frame.share(dict.fromkeys([(71, -156), (-54, -68), (66, 170), (-46, 168)], 1))


def test_what_lies_outside_is_listed() -> None:
    """A city beyond the frame has no mark, and is named with the drawing; its line leads out of the frame."""
    drawn = draw(Link(at("Nancy", 48.7, 6.2)), Link(at("Delray Beach", 26.46, -80.07)))
    assert ("Delray Beach",) == drawn.outside
    assert "Delray" not in drawn.svg
    line = re.search(r'class="a p" d="([^"]*)"', drawn.svg)
    assert line is not None
    assert 2 == line[1].count("M")


def test_lines_are_capped() -> None:
    """Of 500 links 300 have a line; every one has its mark."""
    links = [Link(at(f"c{i}", 40 + i % 20, 5 + i / 20)) for i in range(500)]
    drawn = draw(*links)
    line = re.search(r'<path class="a p" d="([^"]*)"', drawn.svg)
    assert line is not None
    assert pictures.MOST_ARCS == line[1].count("M")
    assert 500 == len(re.findall(r'class="m p"', drawn.svg)) + len(drawn.outside)


def test_a_city_without_coordinates_is_not_drawn() -> None:
    """A place that is nowhere known has neither mark nor line."""
    assert draw(Link(Place("Nowhere"))).svg == draw().svg


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    """Markup is written as text, what XML cannot carry is left out, a long name is cut."""
    drawn = draw(Link(at(name, 48.7, 6.2, href='#row-"><x>')))
    root = parse(drawn)
    assert {"svg", "path", "circle", "text", "title", "a", "g"} >= {
        e.tag.removeprefix(NAMESPACE) for e in root.iter()
    }
    assert all(len(element.text or "") <= 61 for element in root.iter())
    for picture in (
        pictures.draw_ring(Place(name), [Link(Place(name, country=name))]),
        pictures.draw_timeline([Bar(name, TODAY, TODAY, years="2026")], TODAY),
        pictures.draw_top([Place(name, weight=3)]),
    ):
        assert all(len(element.text or "") <= 61 for element in parse(picture).iter())


def test_right_to_left_names_are_drawn_so() -> None:
    """A Hebrew name begins at the right; it stands on the same side of its mark as any other name."""
    assert is_right_to_left("ראשון לציון")
    assert not is_right_to_left("Rishon ראשון")
    assert '<text x="9" y="4" text-anchor="end" direction="rtl">ראשון</text>' == text(9, 4, "ראשון")
    assert '<text x="9" y="4" direction="rtl">القاهرة</text>' == text(9, 4, "القاهرة", "end")


def test_texts_are_cut_and_escaped() -> None:
    """Controls and marks of direction are spaces, ten thousand letters are 26."""
    assert "a b" == short("a\u202e\x00\u2028b")
    assert 26 == len(short("x" * 10_000))
    assert "&lt;a b=&quot;&amp;&quot;&gt;" == escape('<a b="&">')
    assert width_of("iii", 10) < width_of("mmm", 10)


# -- other pictures -----------------------------------------------------------------------------------------


def test_the_ring_groups_by_country() -> None:
    """One arc for each country, with its code, and one line for each city."""
    links = [Link(Place(f"c{i}", country="ua" if i < 3 else "de")) for i in range(5)]
    drawn = pictures.draw_ring(LUBLIN, links)
    assert 2 == drawn.svg.count('class="j"')
    assert ["UA", "DE"] == re.findall(r">([A-Z]{2})<", drawn.svg)
    assert 5 == drawn.svg.count('class="a p"')
    many = pictures.draw_ring(LUBLIN, [Link(Place(f"c{i}")) for i in range(500)])
    assert (240, 260) == (len(many.unnamed), len(many.outside))


def test_names_of_the_ring_have_the_room_that_there_is() -> None:
    """Names of cities as long as they come are whole; a longer one is cut, and stays within the picture."""
    names = ["Iwano-Frankiwsk", "Kamieniec Podolski", "Alcalá de Henares", "Nykøbing Falster"]
    for number in (4, 40):
        links = [Link(Place(f"c{i}", country="x")) for i in range(number)]
        # To the right and to the left of the middle, where names are written along the line of sight.
        for place, name in zip((number // 4, 3 * number // 4), names[:2], strict=True):
            links[place] = Link(Place(name, country="x"))
        written = {
            element.text for element in parse(pictures.draw_ring(LUBLIN, links)).iter(f"{NAMESPACE}text")
        }
        assert {*names[:2]} <= written
    cut = pictures.draw_ring(LUBLIN, [Link(Place("Llanfairpwllgwyngyllgogerychwyrndrobwll"))])
    assert "…</text>" in cut.svg


def test_a_bar_has_the_colour_of_its_time() -> None:
    """What was friendly first and a partner later is drawn so, whether it goes on, has ended or is unknown."""
    first, later = date(2017, 3, 1), date(2022, 5, 21)
    for state, kind in ((State.CURRENT, "v"), (State.UNKNOWN, "q"), (State.ENDED, "h")):
        bar = Bar("Charków", first, first, date(2024, 1, 1) if state is State.ENDED else None, state,
                  Relation.FRIENDLY, changes=((later, Relation.PARTNER),))  # fmt: skip
        svg = pictures.draw_timeline([bar], TODAY, "t").svg
        found = re.findall(
            rf'<g class="(\w)"><rect class="{kind}" x="([0-9.]+)%"[^>]* width="([0-9.]+)%"', svg
        )
        assert ["f", "p"] == [relation for relation, _, _ in found]
        assert float(found[0][1]) + float(found[0][2]) == pytest.approx(float(found[1][1]), abs=0.2)
    assert (Relation.FRIENDLY, Relation.PARTNER) == pictures.relations_of(bar)


def test_an_ended_bar_is_hatched_and_closed() -> None:
    """An end that is known closes the bar, one that is not leaves it open, and what goes on is plain."""
    first = date(1996, 1, 1)
    closed = Bar("Tilburg", first, first, date(2022, 3, 31), State.ENDED)
    still_open = Bar("Omsk", first, first, None, State.ENDED)
    current = Bar("Nancy", first, first)
    drawn = [pictures.draw_timeline([bar], TODAY, "t").svg for bar in (closed, still_open, current)]
    assert [3, 2, 0] == [svg.count('class="k"') for svg in drawn]
    assert [2, 2, 0] == [svg.count("t-p") for svg in drawn]
    assert 1 == drawn[2].count('class="v"')


def test_an_imprecise_beginning_is_seen() -> None:
    """A year is a thin line of a year before the bar, a day has none; a rest is a field of its own."""
    year = Bar("Łuck", date(1996, 1, 1), date(1996, 12, 31), pauses=((date(2020, 1, 1), None),))
    day = Bar("Münster", date(1991, 11, 30), date(1991, 11, 30))
    drawn = [pictures.draw_timeline([bar], TODAY).svg for bar in (year, day)]
    assert [1, 0] == [svg.count('class="i"') for svg in drawn]
    assert [1, 0] == [svg.count('class="w"') for svg in drawn]


def test_a_timeline_is_bounded() -> None:
    """Of 500 bars 150 are drawn, and the others are named."""
    drawn = pictures.draw_timeline([Bar(f"c{i}", TODAY, TODAY) for i in range(500)], TODAY)
    assert 500 - pictures.MOST_BARS == len(drawn.outside)
    assert pictures.MOST_BARS == drawn.svg.count('class="v"')


def test_a_degree_chart_counts_every_city_once() -> None:
    """The bars add up to the number of cities, and the longest belongs to the city with most partners."""
    drawn = pictures.draw_distribution({1: 78, 2: 69, 5: 54, 38: 1})
    assert 202 == sum(
        int(number) for number in re.findall(r'text-anchor="middle">(\d+)</text><text', drawn.svg)
    )
    top = pictures.draw_top([Place("Kraków", weight=38), Place("Lublin", weight=19)])
    assert ["90%", "45%"] == re.findall(r'width="(\d+%)"', top.svg)


def test_points_far_apart_are_shown_on_the_world() -> None:
    """Points of a query result get a region where they fit into one, else the world."""
    near = pictures.draw_points([LUBLIN, at("Nancy", 48.7, 6.2)], no_base)
    far = pictures.draw_points([LUBLIN, at("Windsor", 42.3, -83.0), at("Jiaozuo", 35.2, 113.2)], no_base)
    assert (500, 330) == (near.height, far.height)
    assert 4 == pictures.draw_dots(pictures.world(760), [LUBLIN, LUBLIN, at("x", 1, 1), at("y", 2, 2)]).count(
        "h0"
    )


# -- files of their own -------------------------------------------------------------------------------------


def test_a_picture_alone_needs_nothing_else() -> None:
    """It has its title, description, colours and credit, no variable, no address but links, and is well formed."""
    frame = pictures.fitted([(48.7, 6.2), (51.25, 22.57)], 400, 300)
    drawn = pictures.draw_map(frame, pictures.inlined, [Link(at("Nancy", 48.7, 6.2))], LUBLIN)
    legend = [Legend(relation, State.CURRENT, relation.name) for relation in Relation]
    whole = pictures.draw_alone(drawn, title="T<", description="D", language="en", credit="Natural Earth",
                                legend=[*legend, Legend(None, State.ENDED, "ended")], is_map=True)  # fmt: skip
    root = ElementTree.fromstring(whole)
    assert ["T<", "D"] == [root[0].text, root[1].text]
    assert "Natural Earth" in whole
    assert "var(" not in whole
    assert [] == re.findall(r"url\(|@import|<use|<image|href|style=", whole)
    assert 5 == whole.count('transform="translate(') - drawn.svg.count('transform="translate(') - 1


def test_a_preview_is_a_png_of_1200_by_630() -> None:
    """The measures are those that readers of links expect, and names in other scripts do not matter."""
    links = (Link(at("Nancy", 48.7, 6.2)), Link(at("ראשון לציון", 31.9, 34.8)))
    preview = Preview("Partnerships", LUBLIN, "Cities: 2", links)
    image = render(draw_preview(preview))
    assert b"\x89PNG\r\n\x1a\n" == image[:8]
    assert (1200, 630) == (int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big"))
    assert "ראשון" not in draw_preview(preview)
    assert image == render(draw_preview(preview))


def test_a_preview_shows_where_most_partners_are() -> None:
    """A city with few partners near it is shown in the world, one with many in its region."""
    far = [Link(at(name, *point), kilometres=9000) for name, point in
           (("Tokyo", (35.7, 139.7)), ("Jakarta", (-6.2, 106.8)), ("Cali", (3.4, -76.5)))]  # fmt: skip
    near = Link(at("Nancy", 48.7, 6.2), kilometres=1200)
    shown = draw_preview(Preview("Partnerships", LUBLIN, "", (*far, near)))
    assert [1] * 4 == [shown.count(f">{link.place.name}<") for link in (*far, near)]
    region = draw_preview(Preview("Partnerships", LUBLIN, "", (far[0], near)))
    assert (0, 1) == (region.count(">Tokyo<"), region.count(">Nancy<"))


def test_labels_are_near_their_marks() -> None:
    """A name stands within a few pixels of the mark that it names."""
    drawn = draw(Link(at("Nancy", 48.7, 6.2)))
    label = next(e for e in parse(drawn).iter(f"{NAMESPACE}text") if e.text == "Nancy")
    assert dist((0, 0), (float(label.get("x", "99")), float(label.get("y", "99")))) < 20
