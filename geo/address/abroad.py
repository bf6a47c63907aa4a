"""Addresses that are not Chinese: Japanese blocks, and European streets with a number."""

from __future__ import annotations

import re

from geo.address.numeral import NUMERAL, arabic
from geo.address.piece import Piece


def read_abroad(shown: str, *, key: str | None = None) -> list[Piece]:
    """The elements of a Japanese or European address; empty if the text is neither.

    Parameters
    ----------
    shown
        Cleaned text.
    key
        The same folded to simplified characters; None for a text without Han characters.
    """
    return _european(shown) if key is None else _japanese(key, shown)


_JAPAN = re.compile(
    rf"(?P<province>东京都|北海道|(?:京都|大阪)府|[^\d\s区市县]{{2,3}}(?:県|县)(?=.{{1,5}}[市郡]))?(?P<county>[^\d\s区市町村]{{1,6}}[区市](?![场]))?(?P<name>\D*?)"
    rf"(?:(?P<chome>{NUMERAL})(?P<word>丁目|-))?(?P<block>\d+)(?:番地?|-)(?:(?P<number>\d+)号?)?(?P<rest>.*)"
)
_JAPANESE = re.compile(r"丁目|\d番|^东京都|^(?:京都|大阪)府|^北海道|[ぁ-んァ-ヶ]")


def _japanese(key: str, shown: str) -> list[Piece]:
    """町丁目 is the place, the block (番) the number, the house (号) the sub-number."""
    if not _JAPANESE.search(key):
        return []
    m = _JAPAN.match(key)
    if not m:
        return []
    pieces = [Piece(*m.span(g), g, shown[m.start(g) : m.end(g)], "japan") for g in ("province", "county") if m.group(g)]
    start, end = m.span("name")
    if m.group("word") == "-" or m.group("chome"):
        end = m.end("word")
        pieces.append(Piece(start, end, "street", shown[start : m.end("name")] + arabic(m.group("chome")) + "丁目", "japan"))
    elif end > start:
        pieces.append(Piece(start, end, "street", shown[start:end], "japan"))
    pieces.append(Piece(*m.span("block"), "number", arabic(m.group("block")), "japan"))
    if m.group("number"):
        pieces.append(Piece(*m.span("number"), "sub_number", arabic(m.group("number")), "japan"))
    if rest := m.group("rest").strip():
        pieces.append(Piece(*m.span("rest"), "leftover", rest, "leftover"))
    return pieces


_EUROPE = re.compile(
    r"(?P<street>[^\d,]*?[^\d,\s.])?[\s,]*(?:(?P<kind>č\s*\.?\s*(?:p|ev|e)\s*\.?|čp\.?|čev\.?|no\.|nr\.)\s*)?"
    r"(?P<number>\d+)(?:\s*(?P<letter>[A-Za-z])(?![A-Za-zÀ-ž]))?(?:\s*(?P<sign>[-–/])\s*(?P<to>\d+)(?P<letter_to>[A-Za-z](?![A-Za-z]))?)?"
    r"(?:\s*(?P<stair>[A-Z])\s*(?P<flat>\d+))?\s*(?:,\s*(?P<postcode>\d{4,6}|\d{3}\s\d{2})?\s*(?P<town>[^\d,]*[^\d,\s])?)?(?P<rest>.*)",
    re.IGNORECASE,
)


def _european(shown: str) -> list[Piece]:
    """Street, number, letter; the town behind the comma; č.ev. numbers are a series of their own."""
    m = _EUROPE.match(shown)
    if not m:
        return [Piece(0, len(shown), "leftover", shown, "leftover")] if shown else []
    pieces = []
    if m.group("street"):
        pieces.append(Piece(*m.span("street"), "street", m.group("street").strip(), "europe"))
    if m.group("kind") and "ev" in m.group("kind").lower():
        pieces.append(Piece(*m.span("kind"), "prefix", "č.ev.", "europe"))
    ranged = m.group("sign") in ("-", "–") and m.group("to")
    pieces.append(Piece(*m.span("number"), "number", arabic(m.group("number")) + (f"~{arabic(m.group('to'))}" if ranged else ""), "europe"))
    if m.group("to") and not ranged:
        pieces.append(Piece(*m.span("to"), "sub_number", arabic(m.group("to")), "europe"))
    letter = m.group("letter") or m.group("letter_to") or m.group("stair")
    if letter:
        pieces.append(Piece(*m.span("number"), "letter", letter.upper(), "europe"))
    if m.group("flat"):
        pieces.append(Piece(*m.span("flat"), "room", m.group("flat"), "europe"))
    if m.group("town"):
        pieces.append(Piece(*m.span("town"), "town", m.group("town"), "europe"))
    if rest := m.group("rest").strip(" ,"):
        pieces.append(Piece(*m.span("rest"), "leftover", rest, "leftover"))
    return pieces
