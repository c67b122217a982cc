"""The documents of the repository as the tests read them: their blocks of code, and the commands in their sentences.

Runs nothing: which test runs which block is said in `contract/test_blocks.py`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from twin_graph.cli import main
from workspaces import REPOSITORY

FOLDERS = (
    ".",
    "docs",
    "data",
    "ontology",
    "shapes",
    "tests",
    "bench",
    "interop",
    "deploy",
    "src",
    "frontend",
)
_NOT_OURS = {"node_modules"}
_FENCE = re.compile(r"^ *```(.*)$")
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
# A word that stands for a value.
_PLACEHOLDER = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Block:
    """One block of code of a document.

    Attributes:
        document: its path in the repository.
        language: the first word behind the fence, empty where there is none.
        detail: what stands after it.
    """

    document: str
    line: int
    language: str
    detail: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The lines of a block of commands, without comments; of a transcript those behind the prompt."""
        lines = self.text.replace("\\\n", " ").splitlines()
        if self.language == "console":
            return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def list_documents() -> list[str]:
    """Every document of the repository, by its path; what is installed into it is not ours."""
    paths = {
        path
        for folder in FOLDERS
        for path in (REPOSITORY / folder).glob("*.md" if folder == "." else "**/*.md")
        if not any(name in _NOT_OURS or name.startswith(".") for name in path.relative_to(REPOSITORY).parts)
    }
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in paths)


def read(document: str) -> str:
    """The text of a document."""
    return (REPOSITORY / document).read_text(encoding="utf-8")


def blocks(document: str, language: str | None = None) -> list[Block]:
    """The blocks of a document, those of one language only where it is given."""
    return [block for block in _blocks(document) if language in (None, block.language)]


def indented(document: str) -> list[int]:
    """Lines that Markdown takes for code because of four spaces; we write fences, which name a language."""
    fenced, found, above = False, [], ""
    for number, line in enumerate(read(document).splitlines(), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and line.startswith("    ") and not above.strip():
            found.append(number)
        above = line
    return found


def _blocks(document: str) -> Iterator[Block]:
    opened: tuple[int, str] | None = None
    lines: list[str] = []
    for number, line in enumerate(read(document).splitlines(), start=1):
        fence = _FENCE.match(line)
        if fence and opened:
            language, _, detail = opened[1].partition(" ")
            yield Block(document, opened[0], language, detail, "".join(f"{each}\n" for each in lines))
            opened, lines = None, []
        elif fence:
            opened = (number, fence[1])
        elif opened:
            lines.append(line)
    assert opened is None, f"{document}: a block is not closed"


def inline_commands(document: str, program: str) -> list[str]:
    """The pieces of code in the sentences and tables of a document that call a program."""
    prose = re.sub(r"^```.*?^```$", "", read(document), flags=re.MULTILINE | re.DOTALL)
    found = (match.replace("\\|", "|") for match in _INLINE.findall(prose))
    return [text for text in found if text == program or text.startswith(f"{program} ")]


def find_fault(command: str) -> str:
    """Why the command line does not understand a call of `twin-graph`; empty where it does. Nothing is run."""
    words = shlex.split(command, comments=True)[1:]
    known: click.Command = main
    context = click.Context(main, **main.context_settings)
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            name, _, value = word.partition("=")
            option = next(
                (p for p in known.get_params(context) if name in (*p.opts, *p.secondary_opts)), None
            )
            if option is None:
                return f"{known.name} has no option {name}"
            if words and not value and not getattr(option, "is_flag", False):
                words.pop(0)
        elif isinstance(known, click.Group):
            inner = known.get_command(context, word)
            if inner is None:
                return f"{known.name} has no command {word}"
            known = inner
        elif not any(isinstance(parameter, click.Argument) for parameter in known.params):
            return f"{known.name} takes no {word}"
    return ""


def fill_in(command: str, **values: str | Path) -> list[str]:
    """The words of a call, with the value of each that stands for one, such as `<archive>`."""
    words = shlex.split(command, comments=True)
    return [_PLACEHOLDER.sub(lambda match: str(values[match[1]]), word) for word in words]
