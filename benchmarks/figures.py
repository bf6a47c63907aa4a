"""A measured figure beside what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """what was measured, the value as it is shown, what is asked (empty: nothing), and whether it is met (null: nothing is asked)."""

    what: str
    value: str
    asked: str = ""
    met: bool | None = None


def at_least(what: str, value: float, bar: float, shown: str) -> Figure:
    """A figure that should reach its bar."""
    return Figure(what, shown, f">= {bar:,}", bool(value >= bar))


def at_most(what: str, value: float, bar: float, shown: str) -> Figure:
    """A figure that should not exceed its bar."""
    return Figure(what, shown, f"<= {bar:,}", bool(value <= bar))


def share(part: float, whole: float) -> str:
    """A share with what it is a share of, not rounded into its bar."""
    return f"{part / whole:.4f} ({part:,.0f} of {whole:,.0f})" if whole else "none"


def table(named: Iterable[tuple[str, list[Figure]]]) -> str:
    """Figures by name as Markdown."""
    rows = ["| set | figure | measured | asked | met |", "|---|---|---:|---:|---|"]
    for name, figures in named:
        rows += [f"| {name} | {f.what} | {f.value} | {f.asked} | {_MET[f.met]} |" for f in figures]
    return "\n".join(rows)


_MET = {None: "", True: "yes", False: "**no**"}
