"""Pictures as SVG text: maps, the ring, timelines, the degree chart. Plain values in, no store, no HTTP.

    model.py         places, links, bars: what pictures are made of
    projections.py   Mercator and Equal Earth, in the units of the base maps
    frames.py        which part of a base map a panel shows
    base.py          the land below, by reference or drawn in
    arcs.py          great circles, cut and thinned
    labels.py        where names find room
    maps.py          a panel of a map
    ring.py          a city and its neighbours by country
    timeline.py      bars from beginning to end
    degrees.py       charts of numbers: how many cities have how many partners
    alone.py         a picture as a file of its own, with colours, words and credit
    svg.py           numbers, texts and lines as SVG

Colours come from classes (`picture.css`), never from attributes, so that a page can be dark, printed or in the
colours of the system.
"""

from twin_graph.pictures.alone import STYLE_HASH, Legend, draw_alone
from twin_graph.pictures.base import Base, inlined, referred
from twin_graph.pictures.degrees import draw_columns, draw_distribution, draw_top
from twin_graph.pictures.frames import LEAST_SHARE, NEAR_KM, Frame, around, fitted, fitted_or_world, world
from twin_graph.pictures.maps import MOST_ARCS, draw_dots, draw_map, draw_points, mark
from twin_graph.pictures.model import Bar, Drawing, Link, Place, Relation, State
from twin_graph.pictures.ring import draw_ring
from twin_graph.pictures.timeline import MOST_BARS, draw_timeline, is_imprecise, relations_of

__all__ = [
    "LEAST_SHARE",
    "MOST_ARCS",
    "MOST_BARS",
    "NEAR_KM",
    "STYLE_HASH",
    "Bar",
    "Base",
    "Drawing",
    "Frame",
    "Legend",
    "Link",
    "Place",
    "Relation",
    "State",
    "around",
    "draw_alone",
    "draw_columns",
    "draw_distribution",
    "draw_dots",
    "draw_map",
    "draw_points",
    "draw_ring",
    "draw_timeline",
    "draw_top",
    "fitted",
    "fitted_or_world",
    "inlined",
    "is_imprecise",
    "mark",
    "referred",
    "relations_of",
    "world",
]
