"""What is published, for portals and machines: how much of what (VoID), and where it can be had (DCAT).

    counts.py    how many statements, things and values there are, by graph, class and property
    void.py      these numbers as statements
    facts.py     what a catalogue is made from: graphs, editions, files, who publishes
    patterns.py  what is said of every dataset, file and service (catalog.ttl), and of concepts (authority.ttl)
    dcat.py      the catalogue as statements

Reads statements and knows no web. The service that can be asked is described by `sparql`.

https://www.w3.org/TR/void/ and https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from twin_graph.catalog.counts import Counts, count
from twin_graph.catalog.dcat import (
    catalog_address,
    comparison_of,
    describe_catalog,
    describe_comparison,
    describe_part,
    keywords,
    whole_of,
)
from twin_graph.catalog.facts import Agent, Edition, Extent, Facts, File, Part
from twin_graph.catalog.void import describe_contents, void_address

__all__ = [
    "Agent",
    "Counts",
    "Edition",
    "Extent",
    "Facts",
    "File",
    "Part",
    "catalog_address",
    "comparison_of",
    "count",
    "describe_catalog",
    "describe_comparison",
    "describe_contents",
    "describe_part",
    "keywords",
    "void_address",
    "whole_of",
]
