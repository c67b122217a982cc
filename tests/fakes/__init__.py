"""Stand-ins for what is outside: Wikidata's documents and its query service."""
