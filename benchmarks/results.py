"""The file of results: each benchmark replaces its own part."""

from __future__ import annotations

import re
from pathlib import Path

PATH = Path(__file__).with_name("results.md")
_PART = "<!-- {name}: written by `python -m benchmarks.{name} --write` -->"
_END = "<!-- end of {name} -->"


def replace(name: str, text: str, part: str = "", path: Path | None = None) -> None:
    """Put the text between the marks of that benchmark, or of one part of it; the rest of the file (default: PATH) stays as it is."""
    path = path or PATH
    before = path.read_text(encoding="utf-8")
    if part:
        start, end = f"<!-- {name}, {part} -->", f"<!-- end of {name}, {part} -->"
    else:
        start, end = _PART.format(name=name), _END.format(name=name)
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(before):
        raise SystemExit(f"{path.name} has no part named {f'{name}, {part}' if part else name}")
    path.write_text(pattern.sub(lambda _: f"{start}\n\n{text}\n\n{end}", before), encoding="utf-8")
