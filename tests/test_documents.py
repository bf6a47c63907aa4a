"""The manual is true: its pictures, pages, buttons, keys and commands are those of the app."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from geo.casebook.words import STATUSES, VERBS
from layers.cards import cards
from views.cli import main
from views.pages import PAGES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PICTURES = DOCS / "screenshots"
MANUAL = DOCS / "field-manual.zh.md"
READ_BY_CLERKS = (MANUAL, ROOT / "README.zh-CN.md")
PAGES_WITH_PICTURES = (*READ_BY_CLERKS, ROOT / "README.md", PICTURES / "README.md")
SCREEN_PX, MOST_BYTES = (1366, 768), 400_000
PAPER = {"sheet-overview", "sheet-map", "sheet-list", "bulletin"}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def source() -> str:
    """Every word the app says."""
    files = [*(ROOT / "views").rglob("*.py"), *(ROOT / "layers").rglob("*.py"), ROOT / "geo" / "casebook" / "words.py"]
    return "\n".join(text(path) for path in sorted(files))


def shown_in(path: Path) -> set[Path]:
    return {(path.parent / target).resolve() for target in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", text(path))}


def test_every_picture_shown_exists_and_every_picture_there_is_shown() -> None:
    shown = set().union(*(shown_in(path) for path in PAGES_WITH_PICTURES))
    there = {path.resolve() for path in PICTURES.glob("*.png")}
    assert sorted(p.name for p in shown - there) == []
    assert sorted(p.name for p in there - shown) == []


def test_every_picture_has_words_for_who_cannot_see_it() -> None:
    assert [target for path in PAGES_WITH_PICTURES for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", text(path)) if not alt.strip()] == []


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.png")), ids=lambda p: p.stem)
def test_a_picture_is_of_the_office_screen_and_small(path: Path) -> None:
    assert path.stat().st_size <= MOST_BYTES
    with Image.open(path) as picture:
        assert picture.size == SCREEN_PX or path.stem in PAPER
        assert not picture.info.keys() & {"Software", "Author", "Comment", "Source"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.path)
def test_every_page_is_in_the_manual_and_has_its_picture_in_both_languages(page: object) -> None:
    one = next(p for p in PAGES if p is page)
    assert f"「{one.zh}」页" in text(MANUAL)
    assert (PICTURES / f"{one.path}.png").resolve() in shown_in(MANUAL)
    assert {(PICTURES / f"{one.path}{end}.png").resolve() for end in ("", "-en")} <= shown_in(PICTURES / "README.md")


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=lambda p: p.name)
def test_every_page_named_exists(path: Path) -> None:
    named = set(re.findall(r"「([^」]+)」", text(path)))
    assert named
    assert named <= {page.zh for page in PAGES}


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=lambda p: p.name)
def test_every_button_named_is_a_word_of_the_app(path: Path) -> None:
    said = source()
    assert [word for word in re.findall(r"【([^】]+)】", text(path)) if word not in said] == []


def test_the_table_of_keys_is_that_of_the_verdicts() -> None:
    told = dict(re.findall(r"^\| <kbd>(\d)</kbd> \| (\S+) \|$", text(MANUAL), flags=re.MULTILINE))
    assert told == {verb.key: verb.zh for verb in VERBS.values() if verb.key}


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=lambda p: p.name)
def test_a_key_beside_a_verdict_is_its_key(path: Path) -> None:
    beside = re.findall(r"按 <kbd>(\d)</kbd>【([^】]+)】", text(path)) + [(k, w) for w, k in re.findall(r"【([^】]+)】，按 <kbd>(\d)</kbd>", text(path))]
    beside += re.findall(r"<kbd>(\d)</kbd> ([^\s，；。<|]+)[，；]", text(path))
    keys = {verb.zh: verb.key for verb in VERBS.values()}
    assert beside
    assert [(key, word) for key, word in beside if keys.get(word) != key] == []


def test_every_other_key_named_is_a_shortcut_of_the_app() -> None:
    named = set(re.findall(r"<kbd>([^<\d]+)</kbd>", text(MANUAL)))
    known = set(re.findall(r'shortcut="(\w+)"', source())) | set(re.findall(r'shortcut="(\w)" if \S+ == "\w+" else "\w"', source()))
    known |= set(re.findall(r'shortcut="\w" if .+? else "(\w)"', source()))
    assert {{"Esc": "Escape"}.get(key, key) for key in named} == known


def test_the_table_of_verdicts_says_what_the_casebook_does() -> None:
    rows = re.findall(r"^\| (\S+) \| (\S+) \| (\S+) \| ([^|]*)\|$", text(MANUAL).split("## 结论与状态")[1].split("## 词汇")[0], flags=re.MULTILINE)
    told = {verb: status for verb, status, _, _ in rows if verb not in ("记下", "---")}
    assert told == {verb.zh: STATUSES[verb.to].zh for verb in VERBS.values() if verb.to}
    turn = {None: "办结", "civil_affairs": "民政", "village": "村居", "surveyor": "测绘", "police": "公安", "card": "原经办单位"}
    by_name = {verb.zh: verb for verb in VERBS.values()}
    assert [row for row in rows if row[0] in by_name and not row[2].startswith(turn[by_name[row[0]].turn])] == []
    assert [row[0] for row in rows if row[0] in by_name and {"reason", "document", "photo"} & set(by_name[row[0]].needs) and not row[3].strip()] == []


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=lambda p: p.name)
def test_every_command_named_can_be_given_so(path: Path) -> None:
    lines = [line.split("#")[0].split("`")[0].strip() for line in re.findall(r"\bdoorplate ((?!/)[a-z]+(?: [^\n`|]*)?)(?=[\n`|])", text(path))]
    assert lines
    for line in lines:
        name, *words = line.split()
        command = main.commands.get(name)
        assert command is not None, f"doorplate {name} is no command"
        command.make_context(name, list(words))


@pytest.mark.parametrize("path", READ_BY_CLERKS, ids=lambda p: p.name)
def test_every_make_target_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", text(path)))
    assert named
    assert named <= targets


def test_every_finding_in_the_words_is_called_so() -> None:
    words = text(MANUAL).split("## 词汇")[1].split("## 命令表")[0]
    known = {card.zh for card in cards().values()}
    assert {"已编未挂", "有楼无牌", "空挂门牌", "虚拟门楼号", "户在人不在"} <= known & set(re.findall(r"^\| (\S+) \|", words, flags=re.MULTILINE))
