"""Read staff files into JSON-LD documents, remembering file and line.

    tables.py      bytes of a CSV file or workbook -> rows of text
    readers.py     which of them reads a file, by its ending; formats that plug-ins add
    columns.py     what each column means, from the context and the ontology
    keys.py        which keys exist, under which aliases; references to keys
    documents.py   a row -> a JSON-LD document with the columns as its terms
    folders.py     the folders of a workspace -> sources with all their rows
    retired.py     keys that were withdrawn

Decides nothing about the domain: merging partnerships is `claims`, rules about values are shapes.
"""
