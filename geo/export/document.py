"""Documents printed from the code: written, or compared with what is there, so that none can be out of date."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path


def run(text: str, *, arguments: Sequence[str] | None = None) -> None:
    """Write a document, or with `--check` say that the file is not what the code would write.

    Parameters
    ----------
    text
        The document.
    arguments
        `[--check] PATH`; the command line's where not given.

    Raises
    ------
    SystemExit
        With `--check`, the file is missing or different: run `make docs` and commit it.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--check", action="store_true")
    wanted = parser.parse_args(arguments)
    if not wanted.check:
        wanted.path.write_text(text, encoding="utf-8")
    elif not wanted.path.is_file() or wanted.path.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{wanted.path} 已过期，请运行 make docs。 {wanted.path} is out of date: run make docs.")


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside cells are escaped, line breaks become spaces."""
    lines = [tuple(head), ("---",) * len(head), *rows]
    return "".join("| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in line) + " |\n" for line in lines)
