"""Text from data as it was written: nothing in it becomes a link, a picture or a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ADDRESSES = re.compile(r"(https?:|www(?=\.)|@)", re.IGNORECASE)
_JOINER = "\u2060"
"""Invisible; markdown makes a link of a bare web or mail address even where every sign in it is escaped."""


def plain(text: object) -> str:
    r"""Markdown that shows the text literally, on one line.

    Examples
    --------
    >>> plain("[1](http://x) $a$")
    '\\[1\\]\\(http\\:\u2060\\/\\/x\\) \\$a\\$'
    """
    apart = _ADDRESSES.sub(rf"\1{_JOINER}", " ".join(str(text).split()))
    return _PUNCTUATION.sub(r"\\\1", apart)


def marked(pieces: Iterable[tuple[str, bool]]) -> str:
    """Markdown of a text in pieces; those that differ are set bold, in brackets, on a coloured ground.

    The stars stand inside: between two Chinese characters and a bracket they would not count as emphasis.
    """
    return "".join(plain(text) if same else f":orange-background[**【{plain(text)}】**]" for text, same in pieces if text)
