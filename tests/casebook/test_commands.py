"""A casebook for several offices is founded, and a village given its day, from the command line."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from geo.casebook import open_casebook
from views.cli import main


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_a_casebook_is_founded_once_and_a_village_gets_its_day(tmp_path: Path) -> None:
    where = tmp_path / "town.casebook"
    assert run("found", "--casebook", str(where), "admin-1", "管理员").exit_code == 0
    again = run("found", "--casebook", str(where), "admin-2", "管理员")
    assert again.exit_code == 2
    assert "已有账号" in again.output
    with open_casebook(where) as book:
        book.add_account("office-1", "民政办", "civil_affairs", by="admin-1")
        book.grant("office-1", "civil_affairs", "V1", by="admin-1")
    assert run("deadline", "--casebook", str(where), "V1", "2026-12-31", "--by", "office-1").exit_code == 0
    assert run("deadline", "--casebook", str(where), "V2", "2026-12-31", "--by", "office-1").exit_code == 2, "no grant in that village"
    with open_casebook(where) as book:
        days = book.deadlines()
        assert days["village_code"].tolist() == ["V1"]
        assert f"{days['deadline'].iloc[0]:%Y-%m-%d}" == "2026-12-31"
    assert run("deadline", "--casebook", str(where), "V1", "--by", "office-1").exit_code == 0
    with open_casebook(where) as book:
        assert book.deadlines()["deadline"].dropna().empty


def test_a_deadline_makes_no_casebook(tmp_path: Path) -> None:
    assert run("deadline", "--casebook", str(tmp_path / "none.casebook"), "V1", "2026-12-31", "--by", "office-1").exit_code == 2
    assert list(tmp_path.iterdir()) == []
