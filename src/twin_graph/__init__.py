"""twin_graph: a knowledge graph and linked-data publisher for town twinning."""

__version__ = "0.1.0"
