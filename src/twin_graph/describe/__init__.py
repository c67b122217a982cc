"""The document of a thing: which statements it holds, and which key it answers to.

    keys.py         which key a thing is published under, and what is left of a withdrawn one
    pages.py        which statements stand on which page of a document
    documents.py    what the documents of things, lists and graphs say

A document holds the statements about the thing and about the nodes that live in the document (claims, names,
status periods), the statements that point to the thing, the names of everything that they mention, and what
the document says of itself. Every subject of ours in it can be requested. A page holds `BOUND` statements at most,
besides names and what it says of itself. Serialising is `graphs`.
"""

from __future__ import annotations

from twin_graph.describe.documents import (
    LABELS,
    Dataset,
    Description,
    Listing,
    count_pages,
    describe,
    describe_graph,
    find_dataset,
    find_licences,
    list_things,
    locate,
    tombstone,
    whole_dataset,
)
from twin_graph.describe.keys import Tombstone, find_kind, find_tombstone, resolve
from twin_graph.describe.pages import BOUND, PAGE_SIZE, check_page, turn_page

__all__ = [
    "BOUND",
    "LABELS",
    "PAGE_SIZE",
    "Dataset",
    "Description",
    "Listing",
    "Tombstone",
    "check_page",
    "count_pages",
    "describe",
    "describe_graph",
    "find_dataset",
    "find_kind",
    "find_licences",
    "find_tombstone",
    "list_things",
    "locate",
    "resolve",
    "tombstone",
    "turn_page",
    "whole_dataset",
]
