"""Numerals as they stand on plates: 12, 十二, 一〇三, 廿三, 贰拾."""

from __future__ import annotations

DIGIT = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "○": 0, "两": 2,
}  # fmt: skip
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SCORES = {"廿": 20, "卅": 30}
CHARACTERS = "".join((*DIGIT, *TENS, *SCORES))
NUMERAL = rf"(?:\d+|[{CHARACTERS}]+)"
"""Pattern of a numeral in Arabic or Chinese writing."""


def arabic(text: str) -> str:
    """The numeral in Arabic digits without leading zeros; text that is no numeral comes back unchanged.

    Examples
    --------
    >>> [arabic(t) for t in ("012", "十二", "一百零三", "一〇三", "廿三", "三0五", "甲")]
    ['12', '12', '103', '103', '23', '305', '甲']
    """
    if text.isascii() and text.isdigit():
        return text.lstrip("0") or "0"
    if not text or any(c not in _VALUE for c in text):
        return text
    if any(c in TENS or c in SCORES for c in text):
        return str(_by_tens(text))
    return "".join(str(_VALUE[c]) for c in text).lstrip("0") or "0"


_VALUE = {**DIGIT, **TENS, **SCORES, **{str(i): i for i in range(10)}}


def _by_tens(text: str) -> int:
    total, digit = 0, 0
    for c in text:
        if c in TENS:
            total, digit = total + (digit or 1) * TENS[c], 0
        elif c in SCORES:
            total, digit = total + SCORES[c], 0
        else:
            digit = digit * 10 + _VALUE[c] if c.isascii() else _VALUE[c]
    return total + digit
