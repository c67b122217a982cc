"""Names in somebody's list → things of ours, with the probability that they are meant, and why.

    model.py         queries and answers
    matcher.py       answers them
    places.py, writing.py, index.py      the index, a file of the snapshot
    spelling.py, countries.py, wanted.py what a query says
    identifying.py   identifiers instead of names
    candidates.py    what it may mean
    readings.py      the same where several values are given of one thing
    comparing.py     what speaks for and against each, in numbers
    scoring.py       how probable that makes them, by the parameters
    deciding.py      what is taken without asking, and the reasons
    collective.py    what the rows of a list say of one another
    decisions.py     what people decided, and on which evidence
    lists.py         a table that somebody brings
    offers.py        items for cities of the tables that have none
    parameters.toml  the weights, made by bench/training.py

Knows no HTTP and no files of staff; how names are folded and romanised is `labels`.
"""

from twin_graph.matching.deciding import reason_text
from twin_graph.matching.index import Index
from twin_graph.matching.matcher import Matcher
from twin_graph.matching.model import Answer, Candidate, Feature, Query
from twin_graph.matching.places import Place, with_gazetteer
from twin_graph.matching.scoring import Model, read_model
from twin_graph.matching.writing import FILE, write_index

__all__ = [
    "FILE",
    "Answer",
    "Candidate",
    "Feature",
    "Index",
    "Matcher",
    "Model",
    "Place",
    "Query",
    "read_model",
    "reason_text",
    "with_gazetteer",
    "write_index",
]
