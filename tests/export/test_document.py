"""The printed documents say what the declarations and cards say, and a stale one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.export.catalogue import print_catalogue, print_summary
from geo.export.dictionary import print_dictionary
from geo.export.document import format_table, run
from geo.outputs import METRICS, OUTPUTS
from geo.rules import RULES
from geo.tables import INPUTS
from tests.export.town import CARDS

ROOT = Path(__file__).resolve().parents[2]
MARKS = "vor\n<!-- findings: written by make docs -->\nold\n<!-- end of findings -->\nnach\n"


def test_every_table_column_and_metric_is_in_the_dictionary() -> None:
    text = print_dictionary()
    files = [(table, table.name) for table in INPUTS] + [(table, f"{table.name}.parquet") for table in OUTPUTS]
    for table, file in files:
        section = text.split(f"### {table.zh} · {file}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
        for column in table.columns:
            assert f"| {column.name} |" in section or f"| **{column.name}** |" in section
            assert column.zh in section
    assert all(f"| {metric.name} |" in text for metric in METRICS)


def test_every_card_is_in_the_catalogue_once_and_its_link_leads_there() -> None:
    text, summary = print_catalogue(CARDS), print_summary(CARDS)
    for card in CARDS:
        assert text.count(f'<a id="{card.code}"></a>') == 1
        assert f"](#{card.code})" in text
        assert summary.count(f"](docs/findings.md#{card.code})") == 1
    assert [text.index(f'<a id="{c.code}">') for c in CARDS] == sorted(text.index(f'<a id="{c.code}">') for c in CARDS)


def test_the_documents_in_the_repository_are_what_the_code_prints() -> None:
    cards = [rule.card for rule in RULES]
    run(print_dictionary(), arguments=["--check", str(ROOT / "docs" / "data-dictionary.md")])
    arguments = ["--check", str(ROOT / "docs" / "findings.md"), "--into", str(ROOT / "README.md")]
    run(print_catalogue(cards), block=print_summary(cards), arguments=arguments)


def test_a_stale_or_missing_document_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    with pytest.raises(SystemExit, match="make docs"):
        run("new", arguments=["--check", str(path)])
    path.write_text("old", encoding="utf-8")
    with pytest.raises(SystemExit, match="make docs"):
        run("new", arguments=["--check", str(path)])
    assert path.read_text(encoding="utf-8") == "old"
    run("new", arguments=[str(path)])
    run("new", arguments=["--check", str(path)])


def test_only_what_stands_between_the_marks_is_replaced(tmp_path: Path) -> None:
    page, readme = tmp_path / "a.md", tmp_path / "README.md"
    readme.write_text(MARKS, encoding="utf-8")
    run("text", block=r"new \1 | line" + "\n", arguments=[str(page), "--into", str(readme)])
    assert readme.read_text(encoding="utf-8") == MARKS.replace("old", r"new \1 | line")
    with pytest.raises(SystemExit, match="out of date"):
        run("text", block="other\n", arguments=["--check", str(page), "--into", str(readme)])


def test_a_file_without_marks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit, match="marks"):
        run("text", block="x", arguments=[str(tmp_path / "a.md"), "--into", str(tmp_path / "README.md")])


def test_bars_and_line_breaks_do_not_break_a_table() -> None:
    assert format_table(("a", "b"), [("x|y", "one\ntwo")]) == "| a | b |\n| --- | --- |\n| x\\|y | one two |\n"
