"""A query as a program of somebody else: curl, Python, JavaScript, R.

Pure functions from text to code. Whatever the query holds, it is a string of that language with exactly this value,
and stays readable: lines are lines. Which query and which address is the page's matter; nothing is run here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from twin_graph.formats import RESULTS_JSON, TURTLE, Format

# What an editor, a terminal or a parser may change or not show: control characters but tab and line feed,
# and the two separators that JavaScript once took for ends of line.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_GRAPHS = ("construct", "describe")


@dataclass(frozen=True)
class Snippet:
    """A program: its short name, the title that people know it by, and how it is made.

    `make` takes the query, the address of the endpoint and the form of the query (`select`, `ask`, `construct`,
    `describe`; anything else counts as `select`).
    """

    name: str
    title: str
    make: Callable[[str, str, str], str]


def curl(query: str, endpoint: str, form: str) -> str:
    """A command for a POSIX shell that prints the result.

    >>> print(curl("ASK { ?s ?p 'x' }", "http://localhost:8000/sparql", "ask"))
    curl --fail-with-body 'http://localhost:8000/sparql' \\
      --header 'Accept: application/sparql-results+json' \\
      --data-urlencode 'query=ASK { ?s ?p '\\''x'\\'' }'
    """
    accept = f"Accept: {_format(form).media_type}"
    return (
        f"curl --fail-with-body {_shell(endpoint)} \\\n"
        f"  --header {_shell(accept)} \\\n"
        f"  --data-urlencode {_shell('query=' + _without_nul(query))}"
    )


def python(query: str, endpoint: str, form: str) -> str:
    """A program for Python 3 with SPARQLWrapper that prints the result."""
    if form in _GRAPHS:
        name, end = "TURTLE", "print(service.query().convert().decode())"
    else:
        name, end = (
            "JSON",
            (
                'print(service.queryAndConvert()["boolean"])'
                if form == "ask"
                else 'for row in service.queryAndConvert()["results"]["bindings"]:\n'
                '    print({name: term["value"] for name, term in row.items()})'
            ),
        )
    return f"""\
from SPARQLWrapper import {name}, POST, SPARQLWrapper

query = {_python(query)}

service = SPARQLWrapper({_quoted(endpoint)})
service.setMethod(POST)
service.setReturnFormat({name})
service.setQuery(query)
{end}"""


def javascript(query: str, endpoint: str, form: str) -> str:
    """A module for browsers, Node and Deno that prints the result."""
    if form in _GRAPHS:
        end = "console.log(await response.text());"
    elif form == "ask":
        end = "console.log((await response.json()).boolean);"
    else:
        end = (
            "const { head, results } = await response.json();\n"
            "for (const row of results.bindings) {\n"
            '  console.log(head.vars.map((name) => row[name]?.value ?? "").join("\\t"));\n'
            "}"
        )
    return f"""\
const query = {_javascript(query)};

const response = await fetch({_quoted(endpoint)}, {{
  method: "POST",
  headers: {{ Accept: {_quoted(_format(form).media_type)} }},
  body: new URLSearchParams({{ query }}),
}});
if (!response.ok) throw new Error(await response.text());
{end}"""


def r(query: str, endpoint: str, form: str) -> str:
    """A program for R 4.1 or later with httr2 that prints the result."""
    accept, end = "text/csv", "print(read.csv(text = resp_body_string(response), check.names = FALSE))"
    if form in _GRAPHS:
        accept, end = TURTLE.media_type, "cat(resp_body_string(response))"
    elif form == "ask":
        accept, end = RESULTS_JSON.media_type, "print(resp_body_json(response)$boolean)"
    return f"""\
library(httr2)

query <- {_r(query)}

response <- request({_quoted(endpoint)}) |>
  req_headers(Accept = {_quoted(accept)}) |>
  req_body_form(query = query) |>
  req_perform()
{end}"""


SNIPPETS = (
    Snippet("curl", "curl", curl),
    Snippet("python", "Python (SPARQLWrapper)", python),
    Snippet("javascript", "JavaScript (fetch)", javascript),
    Snippet("r", "R (httr2)", r),
)


def _format(form: str) -> Format:
    return TURTLE if form in _GRAPHS else RESULTS_JSON


def _shell(text: str) -> str:
    """Between single quotes a shell takes everything as it is, but the quote itself."""
    return "'" + text.replace("'", "'\\''") + "'"


def _without_nul(text: str) -> str:
    """An argument of a command and a string of R cannot hold NUL; SPARQL has an escape for it."""
    return text.replace("\0", "\\u0000")


def _quoted(text: str) -> str:
    """A string on one line, the same in Python, JavaScript and R."""
    return '"' + _escaped(text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) + '"'


def _python(text: str) -> str:
    # The first of three quotes is escaped, and the last one of the text.
    text = re.sub(r'"(?=""|\Z)', r"\"", text.replace("\\", "\\\\"))
    return f'"""{_escaped(text)}"""'


def _javascript(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return f"`{_escaped(text)}`"


def _r(text: str) -> str:
    """A raw string, whose end has as many dashes as the text asks for; with escapes where raw would change it."""
    text = _without_nul(text)
    if _UNSAFE.search(text):
        return '"' + _escaped(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'
    dashes = ""
    while f'){dashes}"' in text:
        dashes += "-"
    return f'r"{dashes}({text}){dashes}"'


def _escaped(text: str) -> str:
    r"""Unsafe characters as \uXXXX, which Python, JavaScript and R read alike."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
