"""The file of results: each benchmark replaces its own part."""

from __future__ import annotations

import re
from pathlib import Path

PATH = Path(__file__).with_name("results.md")
_PART = "<!-- {name}: written by `python -m benchmarks.{name} --write` -->"
_END = "<!-- end of {name} -->"


def replace(name: str, text: str) -> None:
    """Put the text between the marks of that part; the rest of the file stays as it is."""
    before = PATH.read_text(encoding="utf-8")
    start, end = _PART.format(name=name), _END.format(name=name)
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(before):
        raise SystemExit(f"{PATH.name} has no part named {name}")
    PATH.write_text(pattern.sub(lambda _: f"{start}\n\n{text}\n\n{end}", before), encoding="utf-8")
