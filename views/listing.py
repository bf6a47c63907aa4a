"""The findings of a scope as the page lists, filters and delivers them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.cards import in_order, title
from layers.details import value_shown
from layers.labels import CERTAINTY, KIND, OFFICE, SEVERITY
from layers.people import PEOPLE_UNITS, masked
from layers.result import KINDS, Result
from views.state import language, named, say, village_name

OBJECTS_N = 2000


@dataclass(frozen=True)
class Filter:
    """What the list and the map are narrowed to; empty means everything."""

    codes: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    office: str | None = None
    text: str = ""


def matching(result: Result, scope: str, wanted: Filter) -> tuple[gpd.GeoDataFrame, np.ndarray, np.ndarray]:
    """Findings of the scope, which of them the filter keeps, and which it would keep if it named no codes."""
    found = result.within("findings", scope)
    keep = np.ones(len(found), dtype=bool)
    if wanted.severities:
        keep &= found["severity"].isin(wanted.severities).to_numpy()
    if wanted.office:
        keep &= (found["office"] == wanted.office).to_numpy()
    for word in wanted.text.split():
        keep &= _speaks_of(result, found, word)
    return found, keep & found["code"].isin(wanted.codes).to_numpy() if wanted.codes else keep, keep


def legend(found: pd.DataFrame, keep: np.ndarray, codes: frozenset[str]) -> list[dict[str, object]]:
    """One row per code of the scope, by precedence: code, its name, how many the other filters leave, chosen or not."""
    at, names = pd.factorize(found["code"])
    counts = dict(zip(names, np.bincount(at[keep], minlength=len(names)).tolist(), strict=True))
    return [{"code": c, "label": title(c, language()), "n": counts[c], "on": c in codes} for c in in_order(set(counts))]


def brief(result: Result, found: pd.DataFrame) -> pd.DataFrame:
    """Findings as the list beside the map tells them: what, where, why; the index is kept."""
    told = {code: title(code, language()) for code in found["code"].unique()}
    people = found["unit"].isin(PEOPLE_UNITS)
    details = found["detail_zh" if language() == "zh" else "detail_en"]
    return pd.DataFrame(
        {
            say("问题", "Finding"): found["code"].map(told),
            say("对象", "Subject"): captions(result, found),
            say("说明", "Details"): details.mask(people, details[people].map(masked)),
        },
        index=found.index,
    )


def objects(result: Result, scope: str, text: str) -> pd.DataFrame:
    """Buildings, plates and addresses of a scope whose id or text holds every word: kind, id, text, status; at most OBJECTS_N.

    Buildings come first, then plates, then addresses, each by id.
    """
    parts = []
    for kind in KINDS:
        table = result.within(KINDS[kind], scope)
        one = pd.DataFrame(
            {
                "kind": kind,
                "id": table[f"{kind}_id"],
                "text": result.captions[kind].reindex(table[f"{kind}_id"]).to_numpy(),
                "status": table["status"],
            }
        )
        for word in text.split():
            one = one[one["id"].str.contains(word, case=False, regex=False) | one["text"].str.contains(word, case=False, regex=False)]
        parts.append(one.sort_values("id"))
    return pd.concat(parts, ignore_index=True).head(OBJECTS_N)


def listed(result: Result, found: pd.DataFrame) -> pd.DataFrame:
    """Findings as they are delivered to an office, with everything a file needs; the index is kept."""
    names = {code: village_name(result, code) for code in found["village_code"].fillna("").unique()}
    table = pd.DataFrame(
        {
            **brief(result, found),
            say("严重程度", "Severity"): found["severity"].map(lambda v: named(SEVERITY, v)),
            say("经办", "Office"): found["office"].map(lambda v: named(OFFICE, v)),
            say("村居", "Village"): found["village_code"].fillna("").map(names),
            say("类别", "Kind"): found["subject"].map(lambda v: named(KIND, v)),
            say("编号", "Id"): found["subject_id"],
        },
        index=found.index,
    )
    if "certainty" in found:
        table[say("把握", "Certainty")] = found["certainty"].map(lambda v: named(CERTAINTY, v))
    if "proposal" in found:
        table[say("建议", "Proposal")] = found["proposal"]
    if {"value", "unit"} <= set(found.columns):
        table[say("数值", "Value")] = _values(found)
    return table


def captions(result: Result, found: pd.DataFrame) -> pd.Series:
    """What the subject of each finding goes by: its text, or its id where it has none."""
    text = found["subject_id"].astype("str").copy()
    for kind in KINDS:
        own = found["subject"] == kind
        known = result.captions[kind].reindex(found.loc[own, "subject_id"].astype("str")).to_numpy()
        text.loc[own] = np.where(pd.isna(known) | (known == ""), text[own], known)
    return text


def mask(keep: np.ndarray) -> str:
    """Claims as hexadecimal digits, the first claim in the highest bit: what the map's script reads."""
    return np.packbits(keep).tobytes().hex()


def _values(found: pd.DataFrame) -> pd.Series:
    """Values with their unit; counts of people below five as "<5"."""
    number = pd.to_numeric(found["value"], errors="coerce")
    unit = found["unit"].fillna("").astype("str")
    return pd.Series([value_shown(n, u) for n, u in zip(number, unit, strict=True)], index=found.index, dtype="str")


def _speaks_of(result: Result, found: pd.DataFrame, word: str) -> np.ndarray:
    columns = [found[c] for c in ("subject_id", "detail_zh", "detail_en", "proposal") if c in found] + [captions(result, found)]
    hits = [c.astype("str").str.contains(word, case=False, regex=False, na=False).to_numpy(dtype=bool) for c in columns]
    related = found["related"].map(lambda ids: "" if ids is None or isinstance(ids, float) else "\n".join(map(str, ids)))
    found_at: np.ndarray = np.logical_or.reduce([*hits, related.str.contains(word, case=False, regex=False).to_numpy(dtype=bool)])
    return found_at
