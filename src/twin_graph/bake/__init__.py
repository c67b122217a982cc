"""The static mirror: the whole site as files, and the configuration of a web server that needs no program for them.

    addresses.py  which addresses are files, and what these are called
    asking.py     the application, asked within this process
    items.py      the files of a thing, or of one address
    making.py     items in several processes
    records.py    what is known of files: headers, what they name
    changed.py    what has to be made anew when data have changed
    baking.py     versions: begun, gone on with, switched on
    tables.py     what the records say, by what it is looked up with
    nginx.py      the configuration of nginx, with `nginx.conf` as its template
    asked.py      … what an address asks for
    choice.py     … choosing a format and a language by headers
    outcomes.py   … what a request gets

Renders nothing: every byte is what the application answers.
"""

from twin_graph.bake.baking import Summary, bake
from twin_graph.bake.nginx import Serving

__all__ = ["Serving", "Summary", "bake"]
