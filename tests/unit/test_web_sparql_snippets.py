"""A query as a program: whatever it holds, each language reads exactly this text, and the program runs."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin_graph.web.sparql.snippets import SNIPPETS, curl, javascript, python, r

ENDPOINT = "http://localhost:8000/sparql"
HARD = [
    "ASK {}",
    "SELECT * {\n\t?s ?p 'it''s' # $HOME `id` $(id) ${HOME} !! %s\n}",
    "it's",
    "''''''",
    "'''",
    '"""',
    '""""',
    'ends with "',
    "ends with \\",
    'ends with \\"',
    '\\"""\\',
    "\\n \\u0041 \\U0001F600 \\x41 \\N{BULLET} \\${x} \\`",
    "`${alert(1)}`",
    "${`${1}`}",
    "EOF\nEOF\n",
    ')"',
    ')-"',
    ')"\n)-"\n)--"',
    "(a)-",
    ")",
    '")',
    "\n\nleading and trailing\n\n",
    " ",
    "",
    "Łódź Київ 𝄞 \u200d\u202e\ufeff",
    "a\rb\r\nc",
    "nul \0 bell \a escape \x1b delete \x7f next \x85",
    "line \u2028 paragraph \u2029 feed \f \v",
    "</code></pre><script>",
    "@file",
    "-o x",
    "q" * 60_000,
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("'\"\\`$(){}-\n\r\0#"), max_size=60
)
NODE = shutil.which("node")
RSCRIPT = shutil.which("Rscript")


@pytest.fixture(scope="module")
def fake_curl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a curl that says what it was given."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "curl"
    script.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    script.chmod(0o755)
    return folder


def run_shell(shell: str, code: str, folder: Path) -> list[str]:
    """The arguments that curl gets."""
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        [shell], input=code.encode(), env={"PATH": path}, capture_output=True, check=True, cwd=folder
    )
    assert b"" == said.stderr
    return said.stdout.decode().split("\0")[:-1]


def without_nul(text: str) -> str:
    """No argument and no string of R holds NUL, so it is written by the escape that SPARQL has for it."""
    return text.replace("\0", "\\u0000")


class TestCurl:
    """A command for a shell."""

    @pytest.mark.parametrize("shell", ["bash", "sh"])
    @pytest.mark.parametrize("text", HARD)
    def test_arguments(self, fake_curl: Path, shell: str, text: str) -> None:
        """The query is one argument, word by word the same, and nothing in it is run."""
        expected = ["--fail-with-body", ENDPOINT, "--header", "Accept: application/sparql-results+json",
                    "--data-urlencode", f"query={without_nul(text)}"]  # fmt: skip
        assert expected == run_shell(shell, curl(text, ENDPOINT, "select"), fake_curl)

    @settings(deadline=None, max_examples=100)
    @given(text=TEXTS)
    def test_any_text(self, fake_curl: Path, text: str) -> None:
        """The same for any text."""
        arguments = run_shell("bash", curl(text, ENDPOINT, "ask"), fake_curl)
        assert f"query={without_nul(text)}" == arguments[-1]

    def test_graph(self, fake_curl: Path) -> None:
        """Of a graph Turtle is asked; an address with parameters is one argument too."""
        arguments = run_shell("sh", curl("DESCRIBE <x>", f"{ENDPOINT}?a=1&b=2", "describe"), fake_curl)
        assert [f"{ENDPOINT}?a=1&b=2", "--header", "Accept: text/turtle"] == arguments[1:4]


class TestPython:
    """A program with SPARQLWrapper."""

    def value(self, code: str) -> object:
        """What the program assigns to `query`."""
        (assigned,) = (node for node in ast.parse(code).body if isinstance(node, ast.Assign)
                       and ast.unparse(node.targets[0]) == "query")  # fmt: skip
        return ast.literal_eval(assigned.value)

    @pytest.mark.parametrize("text", HARD)
    def test_value(self, text: str) -> None:
        """The string has the value of the query, also when it is saved in a file."""
        code = python(text, ENDPOINT, "select")
        assert text == self.value(code)
        assert text == self.value(code.encode().decode("utf-8"))
        assert not re.search("[\r\0]", code)

    @given(text=TEXTS)
    def test_any_text(self, text: str) -> None:
        """The same for any text."""
        assert text == self.value(python(text, ENDPOINT, "select"))

    @pytest.mark.parametrize(
        ("form", "chosen", "expected"),
        [
            ("select", "JSON", "{'x': '1'}\n{}\n"),
            ("", "JSON", "{'x': '1'}\n{}\n"),
            ("ask", "JSON", "True\n"),
            ("construct", "TURTLE", "<a> <b> <c> .\n"),
            ("describe", "TURTLE", "<a> <b> <c> .\n"),
        ],
    )
    def test_runs(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str, chosen: str,
        expected: str
    ) -> None:  # fmt: skip
        """The program asks the endpoint by POST and prints what comes."""
        asked: dict[str, object] = {}

        class Wrapper:
            """Answers as SPARQLWrapper does, without a network."""

            def __init__(self, endpoint: str) -> None:
                asked["endpoint"] = endpoint

            def __getattr__(self, name: str) -> Any:
                return lambda value: asked.update({name: value})

            def queryAndConvert(self) -> object:
                rows = [{"x": {"type": "literal", "value": "1"}}, {}]
                return {"boolean": True} if form == "ask" else {"results": {"bindings": rows}}

            def query(self) -> object:
                return types.SimpleNamespace(convert=lambda: b"<a> <b> <c> .")

        module = types.ModuleType("SPARQLWrapper")
        vars(module).update(SPARQLWrapper=Wrapper, POST="POST", JSON="JSON", TURTLE="TURTLE")
        monkeypatch.setitem(sys.modules, "SPARQLWrapper", module)
        exec(compile(python("ASK {}", ENDPOINT, form), "program", "exec"), {})  # the test is that it runs
        assert expected == capsys.readouterr().out
        assert {
            "endpoint": ENDPOINT,
            "setMethod": "POST",
            "setReturnFormat": chosen,
            "setQuery": "ASK {}",
        } == asked


class TestJavaScript:
    """A module with fetch."""

    def literal(self, code: str) -> str:
        """The text between `const query =` and the end of the statement."""
        return code.partition("const query = ")[2].rpartition(";\n\nconst response")[0]

    def node(self, program: str) -> Any:
        """What a module prints, as JSON."""
        if NODE is None:
            pytest.skip("there is no node")
        command = [NODE, "--input-type=module", "-"]
        said = subprocess.run(command, input=program.encode(), capture_output=True, check=True)
        return json.loads(said.stdout)

    def test_values(self) -> None:
        """The strings have the values of the queries."""
        literals = ",".join(self.literal(javascript(text, ENDPOINT, "select")) for text in HARD)
        assert HARD == self.node(f"console.log(JSON.stringify([{literals}]))")

    @settings(deadline=None, max_examples=4)  # a process each
    @given(texts=st.lists(TEXTS, min_size=10, max_size=40))
    def test_any_text(self, texts: list[str]) -> None:
        """The same for any text."""
        literals = ",".join(self.literal(javascript(text, ENDPOINT, "select")) for text in texts)
        assert texts == self.node(f"console.log(JSON.stringify([{literals}]))")

    @given(text=TEXTS)
    def test_ends_where_it_should(self, text: str) -> None:
        """Without node: no backtick and no `${` of the text is left as it was."""
        inside = self.literal(javascript(text, ENDPOINT, "select"))
        assert inside[0] == inside[-1] == "`"
        rest = re.sub(r"\\.", "", inside[1:-1])
        assert "`" not in rest
        assert "${" not in rest
        assert not re.search("[\r\0\u2028\u2029]", inside)

    @pytest.mark.parametrize(
        ("form", "accept", "body", "expected"),
        [
            ("select", "application/sparql-results+json",
             '{"head":{"vars":["x","y"]},"results":{"bindings":[{"y":{"value":"1"}}]}}', "\t1"),
            ("ask", "application/sparql-results+json", '{"head":{},"boolean":true}', True),
            ("construct", "text/turtle", "<a> <b> <c> .", "<a> <b> <c> ."),
        ],
    )  # fmt: skip
    def test_runs(self, form: str, accept: str, body: str, expected: object) -> None:
        """The module asks the endpoint by POST and prints what comes."""
        stub = (
            "const said = [], asked = [];\nconsole.log = (text) => said.push(text);\n"
            "globalThis.fetch = async (address, { method, headers, body }) => {\n"
            "  asked.push(address, method, headers.Accept, body.get('query'));\n"
            f"  return new Response({json.dumps(body)});\n}};\n"
        )
        end = "\nprocess.stdout.write(JSON.stringify([asked, said]));\n"
        asked, said = self.node(stub + javascript("ASK {}", ENDPOINT, form) + end)
        assert [ENDPOINT, "POST", accept, "ASK {}"] == asked
        assert [expected] == said


class TestR:
    """A program with httr2."""

    def value(self, code: str) -> str:
        """The string that R reads after `query <-`, by the rules of its manual page `Quotes`."""
        text = code.partition("query <- ")[2]
        raw = re.match(r'r"(-*)\(', text)
        if raw:
            inside, end, rest = text[raw.end() :].partition(f'){raw.group(1)}"')
            assert end
        else:
            match = re.match(r'"((?:[^"\\]|\\.)*)"', text, re.DOTALL)
            assert match is not None
            assert not re.search("[\r\0]", match.group())
            rest = text[match.end() :]
            inside = re.sub(r"\\(?:u([0-9a-f]{4})|(.))", self.unescape, match.group(1), flags=re.DOTALL)
        assert rest.startswith("\n\nresponse <- request(")
        return inside

    def unescape(self, match: re.Match[str]) -> str:
        """The escapes that we use; R refuses unknown ones, and NUL."""
        if match.group(2):
            assert match.group(2) in '\\"'
            return match.group(2)
        assert match.group(1) != "0000"
        return chr(int(match.group(1), 16))

    @pytest.mark.parametrize("text", HARD)
    def test_value(self, text: str) -> None:
        """The string has the value of the query."""
        assert without_nul(text) == self.value(r(text, ENDPOINT, "select"))

    @given(text=TEXTS)
    def test_any_text(self, text: str) -> None:
        """The same for any text."""
        assert without_nul(text) == self.value(r(text, ENDPOINT, "select"))

    def test_readable(self) -> None:
        """A common query stands there as it was written."""
        query = 'SELECT * {\n  ?s rdfs:label "a\\"b"@en\n}'
        assert f'query <- r"({query})"\n' in r(query, ENDPOINT, "select")

    @pytest.mark.skipif(RSCRIPT is None, reason="there is no Rscript")
    def test_in_r(self, tmp_path: Path) -> None:
        """R itself reads the same bytes."""
        for text in HARD:
            code = r(text, ENDPOINT, "select").partition("query <- ")[2].partition("\n\nresponse <-")[0]
            program = tmp_path / "program.R"
            program.write_bytes(f"query <- {code}\ncat(charToRaw(enc2utf8(query)))".encode())
            said = subprocess.run(
                [str(RSCRIPT), "--encoding=UTF-8", str(program)], capture_output=True, check=True
            )
            assert without_nul(text).encode() == bytes.fromhex(said.stdout.decode())

    @pytest.mark.parametrize(
        ("form", "accept", "last"),
        [("select", "text/csv", "read.csv"), ("ask", "application/sparql-results+json", "$boolean"),
         ("construct", "text/turtle", "cat(")],
    )  # fmt: skip
    def test_form(self, form: str, accept: str, last: str) -> None:
        """Tables are read as tables, a truth value as one, a graph is printed."""
        code = r("ASK {}", ENDPOINT, form)
        assert f'request("{ENDPOINT}")' in code
        assert f'req_headers(Accept = "{accept}")' in code
        assert last in code.splitlines()[-1]


def test_the_four() -> None:
    """The page offers four languages, each once."""
    assert ["curl", "python", "javascript", "r"] == [snippet.name for snippet in SNIPPETS]
