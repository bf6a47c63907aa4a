"""Documents printed from the code: written, or compared with what is there, so that none can be out of date."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

_BLOCK = re.compile(r"(<!-- (\w+): written by make docs -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


def run(text: str, *, block: str = "", arguments: Sequence[str] | None = None) -> None:
    """Write a document, or with `--check` say that a file is not what the code would write.

    Parameters
    ----------
    text
        The document, for the file that is named.
    block
        What stands between the marks `written by make docs` of the file named by `--into`.
    arguments
        `[--check] PATH [--into PATH]`; the command line's where not given.

    Raises
    ------
    SystemExit
        With `--check`, a file is missing or different: run `make docs` and commit it. Or a file has no marks.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--check", action="store_true")
    wanted = parser.parse_args(arguments)
    texts = {wanted.path: text}
    if wanted.into:
        texts[wanted.into] = _place(block, wanted.into)
    for path, new in texts.items():
        if not wanted.check:
            path.write_text(new, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != new:
            raise SystemExit(f"{path} 已过期，请运行 make docs。 {path} is out of date: run make docs.")


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside cells are escaped, line breaks become spaces."""
    lines = [tuple(head), ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in line) + " |\n" for line in lines)


def _place(block: str, path: Path) -> str:
    text, n = _BLOCK.subn(lambda found: f"{found[1]}{block}{found[3]}", path.read_text(encoding="utf-8"))
    if n != 1:
        raise SystemExit(f"{path} 中应恰有一处“written by make docs”标记。 {path} must have the marks exactly once, not {n} times.")
    return text
