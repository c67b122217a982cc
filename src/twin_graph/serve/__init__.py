"""The service: what `twin-graph serve` starts, and the applications of its web processes.

    serve ── exec ──▶ query pool of the snapshot          twin_graph.worker
      │                 ▲
      │               pool ── link in a private folder, points to the socket of the pool in use
      │                 ▼
      └───── exec ──▶ granian ── web processes            twin_graph.front, around twin_graph.web

    service.py      what is started, and looked after until the end
    metrics.py      what was counted, told to this machine
    application.py  what runs in a web process and follows the link

What is served is `web`, how queries are kept apart `worker`.
"""

from twin_graph.serve.application import MovingApplication, web_application, web_gateway
from twin_graph.serve.service import Service, serve

__all__ = ["MovingApplication", "Service", "serve", "web_application", "web_gateway"]
