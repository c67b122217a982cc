"""WSGI entry for production servers: `granian --interface wsgi server:app`, the application of `twin-graph serve`.

Settings come from the environment. TWIN_GRAPH_QUERY_SOCKET names the query pool: either the link that
`twin-graph serve --query-socket PATH` keeps, and then the application moves with it to each new snapshot, or the
socket of a pool started by hand, for the current snapshot. Without it pages and documents are served, and
`/sparql` answers queries with 503. `twin-graph serve` needs none of this: it starts pool and web processes itself.
"""

from twin_graph.serve import web_application

app = web_application()
