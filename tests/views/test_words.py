"""Sentences of one language carry the signs of that language: no page puts Chinese brackets or commas into English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

VIEWS = Path(__file__).parents[2] / "views"
PAGES = sorted(p for p in VIEWS.rglob("*.py") if p.name not in {"cli.py", "keeping.py", "verify.py", "explain.py"})
CHINESE = re.compile("[一-鿿（）：；，。、！？「」　]")


def english(tree: ast.AST) -> list[tuple[int, str]]:
    """Every text that is the second word of `say(...)`: line and text."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "say" and len(n.args) == 2]
    texts = [c for call in calls for c in ast.walk(call.args[1]) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
    return [(c.lineno, c.value) for c in texts]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(VIEWS).as_posix())
def test_no_chinese_sign_stands_in_an_english_sentence(page: Path) -> None:
    found = [(line, text) for line, text in english(ast.parse(page.read_text(encoding="utf-8"))) if CHINESE.search(text)]
    assert not found


def test_the_search_for_such_signs_finds_one() -> None:
    assert CHINESE.search(english(ast.parse('say("甲（乙）", f"a（{b}）")'))[0][1])
