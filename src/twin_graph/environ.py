"""What the server in front tells an application besides what PEP 3333 says, by the names of the environ.

An application does without where another server runs it.
"""

# Who asks, as `clients.name_client` names it: text.
CLIENT = "twin_graph.client"
# Tells when the client has gone: a `worker.Departure`.
DEPARTURE = "twin_graph.departure"
# The status that a request deserves with which something is wrong: a number.
FAULT = "twin_graph.fault"
# Only headers are wanted, so an application that says no Content-Length may leave the content out: there or not.
HEAD = "twin_graph.head"
