"""Lists that people bring: the command `reconcile`, its review, and decisions that hold until something changes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from twin_graph.build import build
from twin_graph.findings import SourceRef
from twin_graph.matching import Answer, Candidate, Feature, Query
from twin_graph.matching.decisions import apply, decide, read_decisions, write_decisions
from twin_graph.matching.lists import answered
from twin_graph.sources.tables import Row, Table
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, run

DONE, DATA, USAGE, OPERATOR = 0, 1, 2, 3
LIST = "Miasto;Kraj;Partner\nAldorf;Niemcy;\nAldrof;Niemcy;\nBelmont;Kanada;Aldorf\nNowhere;;\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A built workspace, only to be asked."""
    made = copy_tiny(tmp_path_factory.mktemp("lists"))
    build(made)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list with semicolons."""
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def _run(workspace: Workspace, file: Path, *more: str) -> Result:
    options = ("--column", "Miasto", "--country-column", "Kraj", "--partner-column", "Partner")
    return run(workspace.root, "reconcile", str(file), *options, *more)


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


class TestCommand:
    """`twin-graph reconcile` writes what is sure, and what somebody has to look at."""

    def test_two_files(self, workspace: Workspace, file: Path) -> None:
        """The list with keys, items, scores and reasons, and the review of the rest."""
        result = _run(workspace, file, "--json")
        assert DONE == result.exit_code, result.output
        told = json.loads(result.output)
        rows = _read(Path(told["output"]))
        assert ["aldorf", "", "belmont", ""] == [row["twin_key"] for row in rows]
        assert ["yes", "no", "yes", "no"] == [row["twin_match"] for row in rows]
        assert ["Aldorf", "Aldrof", "Belmont", "Nowhere"] == [row["Miasto"] for row in rows]
        assert all(0 <= float(row["twin_score"]) <= 100 for row in rows)
        assert "the country agrees" in rows[0]["twin_reasons"]
        assert (4, 2, 2) == (told["rows"], told["taken"], told["left"])
        review = _read(Path(told["review"]))
        assert ["3", "3", "5"] == [row["line"] for row in review]
        assert ["aldorf", "none", "none"] == [row["key"] for row in review]

    def test_a_list_that_comes_back(self, workspace: Workspace, file: Path) -> None:
        """What was added the last time is written anew, and stands there once."""
        first = json.loads(_run(workspace, file, "--json").output)["output"]
        again = json.loads(_run(workspace, Path(first), "--json").output)["output"]
        assert Path(first).read_text(encoding="utf-8-sig") == Path(again).read_text(encoding="utf-8-sig")

    def test_what_nobody_wrote_is_not_asked(self, workspace: Workspace, file: Path) -> None:
        """A row without a name stays in the list, and nobody has to look through it."""
        file.write_text(LIST + ";Niemcy;\n", encoding="utf-8")
        told = json.loads(_run(workspace, file, "--json").output)
        assert (5, 2, 2) == (told["rows"], told["taken"], told["left"])
        assert "6" not in {row["line"] for row in _read(Path(told["review"]))}

    @pytest.mark.parametrize(
        ("score", "shown"), [(100.0, "100.0"), (99.99, "99.9"), (99.95, "99.9"), (12.34, "12.3")]
    )
    def test_certain_is_only_what_is_certain(self, score: float, shown: str) -> None:
        """Nothing is rounded to the score of an identifier."""
        table = Table("list", "list.csv", ("n",), [Row("list", {"n": "x"}, SourceRef("list.csv", 2))])
        answer = Answer((Candidate("a", "Q1", "A", "", (), score, match=True),), 0.0)
        assert shown == next(csv.DictReader(io.StringIO(answered(table, [answer], "en"))))["twin_score"]

    def test_reasons_in_polish(self, workspace: Workspace, file: Path, tmp_path: Path) -> None:
        """As in English and Ukrainian."""
        output = tmp_path / "out.csv"
        _run(workspace, file, "--texts", "pl", "--output", str(output))
        assert "kraj się zgadza" in _read(output)[0]["twin_reasons"]

    @pytest.mark.parametrize(
        ("content", "options", "place"),
        [
            ("", (), "list.csv: the file is empty"),
            ("Miasto;Land\nAldorf;de\n", (), "list.csv:1: Kraj"),
            ("Miasto;Kraj;Partner\nAldorf;de\n", (), "list.csv:2"),
            ("Miasto;Kraj;Partner;N\nAldorf;de;;north\n", ("--latitude-column", "N"), "list.csv:2: N"),
        ],
        ids=["empty", "no such column", "too few cells", "no number"],
    )
    def test_problems_have_places(
        self, workspace: Workspace, file: Path, content: str, options: tuple[str, ...], place: str
    ) -> None:
        """File, line and column, and no file is written."""
        file.write_text(content, encoding="utf-8")
        result = _run(workspace, file, *options)
        assert DATA == result.exit_code
        assert place in result.output
        assert [file.name] == [path.name for path in file.parent.iterdir()]

    def test_list_is_not_written_over(self, workspace: Workspace, file: Path) -> None:
        """Whatever the options say."""
        result = _run(workspace, file, "--output", str(file))
        assert OPERATOR == result.exit_code
        assert LIST == file.read_text(encoding="utf-8")

    def test_without_column(self, workspace: Workspace, file: Path) -> None:
        """The command says what is missing."""
        result = run(workspace.root, "reconcile", str(file))
        assert USAGE == result.exit_code
        assert "--column" in result.output

    def test_workspace_that_is_not_built(self, tmp_path: Path, file: Path) -> None:
        """It says what to do."""
        result = _run(copy_tiny(tmp_path / "new"), file)
        assert OPERATOR == result.exit_code
        assert "build" in result.output

    def test_offers_for_cities_without_items(self, workspace: Workspace) -> None:
        """Without a file: a city that staff added is not offered itself."""
        result = run(workspace.root, "reconcile", "--json")
        assert (DONE, {"offers": []}) == (result.exit_code, json.loads(result.output))

    def test_offer(self, tmp_path: Path) -> None:
        """An item that the gazetteer knows is offered at its cell."""
        made = copy_tiny(tmp_path / "offer")
        cities = made.data / "cities.csv"
        header = cities.read_text(encoding="utf-8").partition("\n")[0].split(",")
        cells = {"key": "timbuktu", "type": "City", "name_en": "Timbuktu", "name_pl": "Timbuktu", "country": "de",
                 "latitude": "16.77", "longitude": "-3.0", "source": "gazetteer"}  # fmt: skip
        row = ",".join(cells.get(column, "") for column in header)
        build(made)
        with cities.open("a", encoding="utf-8") as file:
            file.write(f"{row.replace(',de,', ',ml,')}\n")
        result = run(made.root, "reconcile")
        assert DONE == result.exit_code, result.output
        assert "data/cities.csv:8: wikidata: may be Q9427" in result.output.replace("\n", "")


class TestDecisions:
    """What was decided holds until the evidence changes."""

    QUERY = Query("Belmont", country="ca")
    ANSWER = Answer(
        (
            Candidate(
                "belmont",
                "Q2",
                "Belmont",
                "",
                ("city",),
                60.0,
                False,
                (Feature("twin_degree", 3),),
                ("improbable",),
            ),
            Candidate(
                "belmont-us", "Q3", "Belmont", "", ("city",), 30.0, False, (Feature("twin_degree", 1),)
            ),
        ),
        0.1,
    )

    def test_round_trip(self, tmp_path: Path) -> None:
        """Decisions are read as they were written, whatever their order; a file that is not there has none."""
        made = [
            decide(self.QUERY, self.ANSWER, chosen, by="Anna", on="2026-07-15") for chosen in ("Q3", "none")
        ]
        made[1] = replace(made[1], row="another", name="A; „b”\n")
        path = tmp_path / "reconciled.csv"
        path.write_text(write_decisions(made), encoding="utf-8")
        assert {each.row: replace(each, name=each.name.strip()) for each in made} == read_decisions(path, "x")
        assert write_decisions(made) == write_decisions(reversed(made))
        assert {} == read_decisions(tmp_path / "absent.csv", "x")

    def test_chosen_candidate_is_the_match(self) -> None:
        """It comes first; its probability is that of the model still."""
        made = decide(self.QUERY, self.ANSWER, "belmont-us", by="Anna", on="2026-07-15")
        found = apply({made.row: made}, replace(self.QUERY, name=" BELMONT"), self.ANSWER)
        assert ["belmont-us", "belmont"] == [each.key for each in found.candidates]
        assert [True, False] == [each.match for each in found.candidates]
        assert "decided" in found.candidates[0].reasons
        assert 30.0 == found.candidates[0].score

    def test_none(self) -> None:
        """That it means nothing may be decided too."""
        made = decide(self.QUERY, self.ANSWER, "none", by="Anna", on="2026-07-15")
        found = apply({made.row: made}, self.QUERY, self.ANSWER)
        assert (False, 1.0) == (found.candidates[0].match, found.none)

    def test_only_what_changed_is_asked_again(self) -> None:
        """A feature, or another candidate; a new probability is no new evidence."""
        made = decide(self.QUERY, self.ANSWER, "belmont", by="Anna", on="2026-07-15")
        first, second = self.ANSWER.candidates
        surer = replace(self.ANSWER, candidates=(replace(first, score=70.0), second))
        other = replace(
            self.ANSWER, candidates=(replace(first, features=(Feature("twin_degree", 4),)), second)
        )
        more = replace(self.ANSWER, candidates=(*self.ANSWER.candidates, replace(second, key="third")))
        assert [True, False, False] == [
            apply({made.row: made}, self.QUERY, answer).candidates[0].match for answer in (surer, other, more)
        ]
        assert "decision_reopened" in apply({made.row: made}, self.QUERY, other).candidates[0].reasons
        assert self.ANSWER == apply({made.row: made}, Query("Aldorf"), self.ANSWER)

    def test_what_is_no_candidate_cannot_be_chosen(self) -> None:
        """An item that somebody made up."""
        with pytest.raises(ValueError, match="none of the candidates"):
            decide(self.QUERY, self.ANSWER, "Q4", by="", on="")

    def test_review_becomes_decisions(self, workspace: Workspace, file: Path, tmp_path: Path) -> None:
        """A candidate that is marked is a match from then on, in this list and in the next."""
        _run(workspace, file)
        review = file.with_name("list-review.csv")
        rows = _read(review)
        for row in rows:
            row["choose"] = "x" if (row["line"], row["key"]) in (("3", "aldorf"), ("5", "none")) else ""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        marked = tmp_path / "marked.csv"
        marked.write_text(text.getvalue(), encoding="utf-8")
        result = _run(workspace, file, "--accept", str(marked), "--by", "Anna", "--json")
        assert DONE == result.exit_code, result.output
        told = json.loads(result.output)
        assert (3, 0, 2) == (told["taken"], told["left"], told["decisions"])
        again = json.loads(_run(workspace, file, "--json").output)
        assert (3, 0) == (again["taken"], again["left"])

    def test_a_decision_holds_in_a_list_with_other_neighbours(self, workspace: Workspace, file: Path) -> None:
        """What the rest of a list says of a row is no reason to ask again."""
        file.write_text("Miasto;Kraj;Partner\nAldrof;Niemcy;\n", encoding="utf-8")
        _run(workspace, file)
        review = file.with_name("list-review.csv")
        text = review.read_text(encoding="utf-8-sig").splitlines()
        review.write_text("\n".join([text[0], text[1] + "x", *text[2:]]) + "\n", encoding="utf-8")
        assert DONE == _run(workspace, file, "--accept", str(review)).exit_code
        other = file.with_name("other.csv")
        other.write_text(
            "Miasto;Kraj;Partner\nAldrof;Niemcy;\nBelmont;Kanada;\nCedrowo;Polska;\n", encoding="utf-8"
        )
        told = json.loads(_run(workspace, other, "--json").output)
        row = _read(Path(told["output"]))[0]
        assert ("aldorf", "yes") == (row["twin_key"], row["twin_match"])
        assert "decision_reopened" not in told["reasons"]

    def test_two_choices_for_one_row(self, workspace: Workspace, file: Path, tmp_path: Path) -> None:
        """The review is refused, with the place."""
        _run(workspace, file)
        review = file.with_name("list-review.csv").read_text(encoding="utf-8-sig").splitlines()
        marked = tmp_path / "marked.csv"
        marked.write_text(
            "\n".join([review[0], *(f"{line}x" for line in review[1:])]) + "\n", encoding="utf-8"
        )
        result = _run(workspace, file, "--accept", str(marked))
        assert DATA == result.exit_code
        assert "another candidate is chosen too" in result.output
