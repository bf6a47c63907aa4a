"""One HTML file with the whole map in it, for a computer without network and without this program."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from layers import labels
from layers.cards import cards, in_order, title
from layers.compose import OVERVIEW, compose
from layers.coverage import HIDDEN, LOWER_IS_BETTER, MISSED, OF_PEOPLE, SMALL, UNITS, classes, coverage, metrics
from layers.details import details
from layers.offline import SCRIPTS, settings
from layers.people import shown
from layers.result import KINDS, Result, load
from layers.style import LOOKS
from layers.vendor import ASSETS, VENDOR
from layers.words import PAGE, WORDS, names

LANGUAGES = ("zh", "en")


def write_map(out: Path, target: Path) -> Path:
    """Write the map of a result as one HTML file that opens from a disk and asks nothing of any network.

    Parameters
    ----------
    out
        Folder that `doorplate verify` wrote.
    target
        File to write, or a folder that gets `<name of out>.html`. It appears completely or not at all.

    Returns
    -------
    Path of the file.

    Raises
    ------
    ResultError
        `out` is no complete result.
    """
    result = load(out)
    path = target / f"{out.resolve().name}.html" if target.is_dir() else target
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(page(result), encoding="utf-8", newline="\n")
    fresh.replace(path)
    return path


def page(result: Result) -> str:
    """The page as text: the same for the same result."""
    sheets = "\n".join(_inline_css(path) for path in (VENDOR / "leaflet.css", ASSETS / "map.css", ASSETS / "page.css"))
    ours = [ASSETS / f"{name}.js" for name in (*SCRIPTS, "panel", "page")]
    scripts = [path.read_text(encoding="utf-8") for path in (VENDOR / "leaflet.js", *ours)]
    blocks = [("meta", _meta(result)), ("search", _search(result)), ("overview", compose(result, OVERVIEW))]
    blocks += [(f"village-{n}", compose(result, code) | {"details": details(result, code)}) for n, code in enumerate(result.villages)]
    data = "\n".join(f'<script type="application/json" id="{name}">{embedded(value)}</script>' for name, value in blocks)
    template = (ASSETS / "page.html").read_text(encoding="utf-8")
    filled = {
        "POLICY": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src " + " ".join(map(_fingerprint, scripts)),
        "SHEETS": sheets,
        "DATA": data,
        "SCRIPTS": "\n".join(f"<script>{one}</script>" for one in scripts),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: filled[found[1]], template)


def embedded(value: object) -> str:
    r"""JSON that can stand inside a script element whatever the texts in it say.

    Examples
    --------
    >>> embedded("</script><b>")
    '"\\u003c/script>\\u003cb>"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _fingerprint(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


def _inline_css(path: Path) -> str:
    """A style sheet with its pictures inside; the one rule for browsers of the nineties is left out."""

    def inline(found: re.Match[str]) -> str:
        file = path.parent / found[1]
        return f"url(data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()})" if file.is_file() else "none"

    return re.sub(r"url\(([^)]*)\)", inline, path.read_text(encoding="utf-8"))


def _meta(result: Result) -> dict[str, Any]:
    run = result.tables.run
    codes = in_order(set(result.tables.findings["code"]))
    told = {code: asdict(card) for code, card in cards().items() if code in codes}
    wanted = ("zh", "en", "rule_zh", "rule_en", "todo_zh", "todo_en", "trap_zh", "trap_en", "source")
    return {
        "name": result.name,
        "as_of": str(run.get("as_of") or ""),
        "settings": settings(switches=True),
        "titles": {lang: {code: title(code, lang) for code in {*LOOKS, *codes}} for lang in LANGUAGES},
        "cards": {code: {k: card[k] for k in wanted} for code, card in told.items()},
        "order": codes,
        "labels": {lang: _labels(lang) for lang in LANGUAGES},
        "words": {lang: {k: v[lang == "en"] for k, v in [*WORDS.items(), *PAGE.items()]} for lang in LANGUAGES},
        "names": {lang: names(lang) for lang in LANGUAGES},
        "villages": [_village(result, code, name) for code, name in result.villages.items()],
        "metrics": [_metric(result, n) for n in range(len(metrics(result)))],
    }


def _labels(lang: str) -> dict[str, dict[str, str]]:
    tables = {
        "kind": labels.KIND,
        "severity": labels.SEVERITY,
        "office": labels.OFFICE,
        "link": labels.LINK_STATE,
        "state": labels.STATE | labels.WHY,
        "reason": labels.REASON,
    }
    return {name: {value: labels.label(table, value, lang) for value in table} for name, table in tables.items()}


def _village(result: Result, code: str, name: str) -> dict[str, Any]:
    counts = {table: len(result.within(table, code)) for table in (*KINDS.values(), "findings")}
    return {"code": code, "name": name, **counts}


def _search(result: Result) -> list[list[Any]]:
    """Every object as [first letter of its kind, id, text, position of its village]; what has no village is found under ""."""
    place = {code: n for n, code in enumerate(result.villages)}
    rows: list[list[Any]] = []
    for kind in KINDS:
        table = result.objects(kind)
        at = table["village_code"].fillna("").map(place).fillna(place.get("", 0)).astype(int)
        rows += [list(row) for row in zip([kind[0]] * len(table), result.positions[kind], result.captions[kind], at, strict=True)]
    return rows


def _metric(result: Result, number: int) -> dict[str, Any]:
    """One metric for the overview: per village its colour and figures, already as they may be shown."""
    found = coverage(result, metrics(result)[number])
    metric, unit = found.metric, UNITS[found.metric.name]

    def figure(n: float) -> str:
        return shown(n) if metric.name in OF_PEOPLE or n != n else f"{n:,.0f}"

    def told(row: dict[Any, Any]) -> dict[str, Any]:
        ratio = "" if pd.isna(row.get("ratio")) else f"{row['ratio']:.1%}"
        counts = f"{figure(row['n'])} / {figure(row['d'])}" if pd.notna(row.get("n")) else ""
        missing = figure(row["missing_n"]) if row.get("standing", MISSED) == MISSED and pd.notna(row.get("missing_n")) else ""
        return {"ratio": ratio, "counts": counts, "missing": missing if missing != "0" else "", "standing": row.get("standing", "")}

    villages = [{"code": r["village_code"], "name": r["name"], "colour": r["colour"], **told(r)} for r in found.villages.to_dict("records")]
    return {
        "name": metric.name,
        "zh": metric.zh,
        "en": metric.en,
        "unit": list(unit),
        "lower": metric.name in LOWER_IS_BETTER,
        "relative": found.relative,
        "target": "" if pd.isna(found.total.get("target")) else f"{found.total['target']:.0%}",
        "total": told(dict(found.total)),
        "villages": villages,
        "classes": [[bound, colour] for bound, colour in classes()],
        "standings": {"small": SMALL, "hidden": HIDDEN},
    }
