"""The front of a web process: everything about bytes on the wire, before the application sees a request.

    granian ── RSGI ──▶ gateway.Gateway ──▶ WSGI application, in a thread
                          request.py   the head of a request, its client, its WSGI environ
                          body.py      the body of a request: how much, and for how long
                          threads.py   where the application runs, and what one client may have of it
                          answer.py    what an application answers, whole
                          storage.py   how many bytes of answers lie in files
                          coding.py    zstd and gzip
                          cache.py     answers that are kept
                          validators.py  ETag, If-None-Match, 304
                          sockets.py   clients that do not read
                          exchange.py  one request and its answer on the wire, and who is told of it
                          metrics.py   counting for Prometheus
                          request_log.py  a line for each request

It knows WSGI and RSGI and nothing of the site: what is answered, and every page about a problem, is `web`.
"""

from twin_graph.front.gateway import Gateway

__all__ = ["Gateway"]
