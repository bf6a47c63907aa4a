"""docs/findings.md: every finding with its rule, its trap and what to do, printed from the cards.

Run as `python -m geo.export.catalogue [--check] PATH --into README.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

from geo.export.document import format_table, run
from geo.rule import Card
from geo.rules import RULES

_SUBJECTS = {"building": "建筑", "plate": "门牌", "address": "地址", "village": "村居", "layer": "图层", "row": "数据行"}
_SEVERITIES = {"error": "错误", "warning": "警告", "notice": "提示"}
_OFFICES = {"civil_affairs": "民政", "police": "公安", "surveyor": "测绘", "village": "村居", "data": "数据"}

_HEAD = """\
# 问题目录 · Findings

本文由 `geo/rules/` 的卡片生成（`make docs`），请勿手改。Printed from the cards in `geo/rules/` by `make docs`; do not edit.

顺序即优先级：一个对象的状态和颜色取它的第一个问题。严重程度可由配置改变。
The order is the precedence: the status and colour of an object is its first finding. A profile may change severities.

"""


def print_catalogue(cards: Sequence[Card]) -> str:
    """The catalogue as Markdown, Chinese first: a list, then one section per finding.

    Parameters
    ----------
    cards
        In order of precedence.
    """
    rows = [
        (
            f"[{c.code}](#{c.code})",
            f"{c.zh} {c.en}",
            _label(_SUBJECTS, c.subject),
            _label(_SEVERITIES, c.severity),
            _label(_OFFICES, c.office),
        )
        for c in cards
    ]
    head = ("代码 code", "问题 finding", "对象 subject", "程度 severity", "部门 office")
    return _HEAD + format_table(head, rows) + "".join(map(_print_card, cards))


def print_summary(cards: Sequence[Card]) -> str:
    """One line per office: how many kinds of findings it acts on, and which.

    Parameters
    ----------
    cards
        In order of precedence.
    """
    rows = []
    for office in _OFFICES:
        own = [card for card in cards if card.office == office]
        links = "、".join(f"[{card.zh}](docs/findings.md#{card.code})" for card in own)
        rows.append((_label(_OFFICES, office), str(len(own)), links))
    return f"\n{format_table(('部门 office', f'{len(cards)}', '问题 findings'), rows)}\n"


def _print_card(card: Card) -> str:
    rows = (
        ("规则 rule", card.rule_zh, card.rule_en),
        ("怎么办 to do", card.todo_zh, card.todo_en),
        ("误判情形 trap", card.trap_zh, card.trap_en),
        ("说明 sentence", card.detail_zh, card.detail_en),
    )
    # an anchor of its own: GitHub would derive one from the Chinese heading
    head = f'\n## <a id="{card.code}"></a>{card.zh} · {card.en}\n\n'
    facts = (_label(_SUBJECTS, card.subject), _label(_SEVERITIES, card.severity), _label(_OFFICES, card.office))
    return f"{head}`{card.code}` · {' · '.join(facts)}\n\n{format_table(('', '中文', 'English'), rows)}\n来源 source: {card.source}\n"


def _label(words: dict[str, str], value: str) -> str:
    return f"{words[value]} {value}"


if __name__ == "__main__":
    cards = [rule.card for rule in RULES]
    run(print_catalogue(cards), block=print_summary(cards))
