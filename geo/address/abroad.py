"""Addresses that are not Chinese: Japanese blocks, and European streets with a number."""

from __future__ import annotations

import re

from geo.address.numeral import NUMERAL, arabic
from geo.address.piece import Piece


def read_abroad(shown: str, *, key: str | None) -> list[Piece]:
    """The elements of a Japanese or European address; empty if the text is Chinese.

    Parameters
    ----------
    shown
        Cleaned text.
    key
        The same folded to simplified characters; None for a text without Han characters.
    """
    if key is None:
        return _european(shown)
    return _japanese(key, shown) if seems_japanese(key) else []


def seems_japanese(key: str) -> bool:
    """Whether anything in a text, folded to simplified characters, is written in Japanese addresses only."""
    return _JAPANESE.search(key) is not None


_JAPANESE = re.compile(r"^(?:东京都|(?:京都|大阪)府|北海道)|丁目|番(?![^\d地])|[ぁ-んァ-ヶ]")
_JAPAN = re.compile(
    rf"(?P<province>东京都|北海道|(?:京都|大阪)府|[^\d\s区市县]{{2,3}}县(?=.{{1,5}}[市郡]))?(?P<county>[^\d\s区市町村]{{1,6}}[区市](?!场))?(?P<name>\D*?)"
    rf"(?:(?P<chome>{NUMERAL})(?:丁目|-(?=\d+-)))?(?P<block>\d+)(?:番地?|-|$)(?:(?P<house>\d+)号?)?(?P<rest>.*)"
)


def _japanese(key: str, shown: str) -> list[Piece]:
    """町丁目 is the place, the block (番) the number, the house (号) the sub-number."""
    m = _JAPAN.match(key)
    if not m:
        return []
    pieces = [_piece(m, level, level, shown[m.start(level) : m.end(level)], "japan") for level in ("province", "county") if m[level]]
    start, end = m.span("name")
    street = shown[start:end]
    if m["chome"]:
        street, end = f"{street}{arabic(m['chome'])}丁目", m.start("block")
    if street:
        pieces.append(Piece(start, end, "street", street, "japan"))
    pieces.append(_piece(m, "block", "number", arabic(m["block"]), "japan"))
    if m["house"]:
        pieces.append(_piece(m, "house", "sub_number", arabic(m["house"]), "japan"))
    if rest := m["rest"].strip(" ,"):
        pieces.append(_piece(m, "rest", "leftover", rest, "leftover"))
    return pieces


_NUMBERED = re.compile(
    r"(?P<street>(?:(?!č\s*\.|no\.|nr\.).*?[^\W\d_]\.?)?)\s*(?P<kind>\bč\s*\.?\s*(?:ev|e)\s*\.?|\bč\s*\.?\s*p\s*\.?|\bno\.|\bnr\.)?\s*"
    r"(?<![^\W_])(?P<number>\d+)(?:\s*(?P<letter>[^\W\d_]))?(?![^\W\d_])"
    r"(?:\s*(?P<sign>[-/])\s*(?P<to>\d+)(?P<letter_to>[^\W\d_](?![^\W_]))?)?(?P<more>(?:\s*[;/+&]\s*(?:\d+|[^\W\d_])(?![^\W\d_]))*)"
    r"(?:\s+(?P<stair>[^\W\d_])?\s*(?P<flat>\d+))?[\s'.]*",
    re.IGNORECASE,
)
_TOWN = re.compile(r"\s*(?P<postcode>\d{4,6}|\d{3}\s\d{2})?\s*(?P<town>[^\W\d_][^\d,]*?)?\s*")


def _european(shown: str) -> list[Piece]:
    """Street, number, letter from the first part between commas that has them, the town from the last; the rest is left over."""
    parts = [(m.start(), m.group()) for m in re.finditer(r"[^,]+", shown)]
    found = next((i for i, (_, t) in enumerate(parts) if _is_numbered(t)), None)
    pieces: list[Piece] = []
    for i, (start, text) in enumerate(parts):
        if i == found:
            pieces.extend(_street_number(start, text))
        elif found is not None and i > found and (m := _TOWN.fullmatch(text)):
            if m["town"]:
                pieces.append(Piece(start + m.start("town"), start + m.end("town"), "town", m["town"], "europe"))
        elif text.strip():
            pieces.append(Piece(start, start + len(text), "leftover", text.strip(), "leftover"))
    return pieces


def _is_numbered(text: str) -> bool:
    m = _NUMBERED.fullmatch(text.strip())
    return m is not None and (bool(m["street"]) or len(m["number"]) < 4)


def _street_number(offset: int, text: str) -> list[Piece]:
    """The elements of `street kind number letter`; č.ev. numbers are a series of their own, č.p. is the usual one."""
    start = offset + len(text) - len(text.lstrip())
    m = _NUMBERED.fullmatch(text.strip())
    if m is None:
        return []

    def piece(group: str, element: str, value: str) -> Piece:
        return Piece(start + m.start(group), start + m.end(group), element, value, "europe")

    pieces = [piece("street", "street", m["street"].strip())] if m["street"].strip() else []
    if m["kind"] and "e" in m["kind"].lower():
        pieces.append(piece("kind", "prefix", "č.ev."))
    several = m["sign"] == "-" and int(m["to"]) > int(m["number"])
    more = "".join(f"、{arabic(x)}" for x in re.findall(r"\d+|[^\W\d_]", m["more"]))
    pieces.append(piece("number", "number", arabic(m["number"]) + (f"~{arabic(m['to'])}" if several else "") + more.upper()))
    if m["sign"] and not several:
        pieces.append(piece("to", "sub_number", arabic(m["to"])))
    letter = next((g for g in ("letter", "letter_to", "stair") if m[g]), None)
    if letter:
        pieces.append(piece(letter, "letter", m[letter].upper()))
    if m["flat"]:
        pieces.append(piece("flat", "room", arabic(m["flat"])))
    return pieces


def _piece(m: re.Match[str], group: str, element: str, value: str, rule: str) -> Piece:
    return Piece(m.start(group), m.end(group), element, value, rule)
