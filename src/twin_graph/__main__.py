"""`python -m twin_graph` is the command `twin-graph`."""

from twin_graph.cli import main

if __name__ == "__main__":
    main()
