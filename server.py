"""WSGI entry for production servers: `granian --interface wsgi server:app`. Settings come from the environment."""

import os

from twin_graph.settings import read_settings
from twin_graph.web import create_app

app = create_app(read_settings(os.environ))
