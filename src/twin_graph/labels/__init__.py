"""Names: which things a typed text may mean, in every language, script and historic form.

    folding.py         the keys by which names are compared
    romanisation.csv, spellings.csv, equal_words.csv   its rules
    typing_errors.py   words that are nearly what was typed
    identifiers.py     numbers and addresses instead of names
    countries.py       what countries are called beside their names in the data
    matching.py        how well a name answers
    writing.py         the index as a file
    ranking.py         which things answer, and which better
    reading.py         search in it
    connections.py     the open file

An index is a file of a snapshot; which names are in it is decided by `build`. Knows no HTTP.
"""

from twin_graph.labels.countries import country_names
from twin_graph.labels.folding import fold, make_keys
from twin_graph.labels.matching import MAX_LETTERS
from twin_graph.labels.reading import Found, Hit, NameIndex
from twin_graph.labels.writing import FILE, KIND_ORDER, USES, Name, Named, write_index

__all__ = [
    "FILE",
    "KIND_ORDER",
    "MAX_LETTERS",
    "USES",
    "Found",
    "Hit",
    "Name",
    "NameIndex",
    "Named",
    "country_names",
    "fold",
    "make_keys",
    "write_index",
]
