"""What is known of a finding's code: its card, and the order in which findings are told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from geo.rule import Card
from geo.rules import RULES


@cache
def cards() -> Mapping[str, Card]:
    """Code -> card, in order of precedence."""
    return MappingProxyType({rule.card.code: rule.card for rule in RULES})


def title(code: str, language: str) -> str:
    """The name of a code or status in that language (zh, en); the code itself where this version does not know it."""
    card = cards().get(code)
    if card is not None:
        return card.zh if language == "zh" else card.en
    zh, en = _STATUS.get(code, (code, code.replace("_", " ")))
    return zh if language == "zh" else en


def in_order(codes: set[str]) -> list[str]:
    """Codes by precedence; those this version does not know come last, by name."""
    known = [code for code in cards() if code in codes]
    return known + sorted(codes - set(known))


_STATUS = {
    "matched": ("一致", "matched"),
    "exempt": ("免编门牌", "exempt"),
    "undecided": ("待判", "undecided"),
    "unlinked": ("无对应", "stands alone"),
    "no_part": ("不参与核对", "takes no part"),
}
