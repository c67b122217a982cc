"""The change feed: every publication as versions of documents, so that who replays it has what is published.

A Linked Data Event Stream. The statements of a named graph about one document are a unit; a member of the feed is a
version of a unit, or says that it is gone. What was written for a publication never changes.

    units.py      a dump, unit by unit
    members.py    members and their pages, as N-Quads
    reading.py    which publications the feed holds, and their pages
    checking.py   find damage
    baking.py     write what the feed does not hold yet, beside the snapshots
    view.py       how the pages are found: the statements of the addresses above them
    feed.ttl      what the feed says of itself, and the shape of a member

    snapshots/ldes/{base}/{publication}/publication.json   when, of which snapshot, how many members and pages
                                        1.nq.gz …          the pages
                                        units.gz           what the feed says after it; only of the last publication

Knows no web, and no clock but the times of publications. Memory does not grow with the data.

https://w3id.org/ldes/specification, https://w3id.org/tree/specification
"""

from twin_graph.ldes.baking import bake
from twin_graph.ldes.checking import verify
from twin_graph.ldes.reading import FOLDER, Entry, find_entry, read_feed, read_page, stamp
from twin_graph.ldes.view import address, describe_entry, describe_feed, page_address

__all__ = [
    "FOLDER",
    "Entry",
    "address",
    "bake",
    "describe_entry",
    "describe_feed",
    "find_entry",
    "page_address",
    "read_feed",
    "read_page",
    "stamp",
    "verify",
]
