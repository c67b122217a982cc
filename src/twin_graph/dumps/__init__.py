"""Files of all that a snapshot publishes, to be fetched whole: written beside the snapshot, each once.

    files.py     compressed files with their sizes and hashes, equal for equal content
    dataset.py   the statements, as one file and graph by graph
    tables.py    the tables: rows and columns (tables.csv, columns.csv)
    sheets.py    the tables as files: CSV, Parquet, GeoJSON
    csvw.py      what their columns mean, for programs
    index.py     what there is, for whoever lists or serves it
    checking.py  find damage
    state.py     whether any of that has changed
    writing.py   which files there are, and the folder that they stand in

Reads a snapshot and knows no web. Every file is written as a stream, so memory does not grow with the data.
"""

from twin_graph.dumps.checking import verify
from twin_graph.dumps.index import DUMPS, Dump, Index, read_index
from twin_graph.dumps.state import stamp
from twin_graph.dumps.writing import write_dumps

__all__ = ["DUMPS", "Dump", "Index", "read_index", "stamp", "verify", "write_dumps"]
