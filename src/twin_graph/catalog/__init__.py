"""What is published, for portals and machines: how much of what (VoID).

    counts.py    how many statements, things and values there are, by graph, class and property
    void.py      these numbers as statements

Reads statements and knows no web. The service that can be asked is described by `sparql`.

https://www.w3.org/TR/void/
"""

from twin_graph.catalog.counts import Counts, count
from twin_graph.catalog.void import describe_contents, void_address

__all__ = ["Counts", "count", "describe_contents", "void_address"]
