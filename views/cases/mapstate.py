"""What the map of a case page is told: which findings are shown, which are decided, what is chosen, placed or compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from layers.cards import in_order, title
from layers.compose import LAYERS, OVERVIEW, PREVIOUS
from layers.evidence import Evidence
from layers.style import LOOKS
from layers.window import ZOOM
from layers.words import names, words
from layers.work import work_words
from views import basemaps
from views.cases.page import Desk, undone
from views.language import language
from views.listing import mask
from views.routes import scene_url, window_url
from views.state import is_streamed

HIDDEN = frozenset({"links"})
MANY_SHOWN_N = 500


def map_state(desk: Desk, shown: Evidence | None) -> dict[str, Any]:
    """The state of the map; small, and without geometry.

    Parameters
    ----------
    shown
        Evidence in the panel, whose objects are ringed.
    """
    work, result = desk.work, desk.result
    found = result.within("findings", desk.scope)["finding_id"]
    cases = desk.cases
    wanted = cases[cases["code"].isin(work.codes)] if work.codes else cases
    case = desk.case()
    chosen = {"kind": "finding", "id": str(case["shown_id"])} if case is not None and case["shown_id"] else None
    if chosen is None and work.seen:
        chosen = {"kind": work.seen[0], "id": work.seen[1]}
    streamed = is_streamed(result, desk.scope)
    form = work.form in ("move_plate", "number_proposed")
    return {
        "scene": f"{result.folder.name}/{desk.scope}",
        "url": scene_url(result, OVERVIEW if streamed else desk.scope),
        "stream": {"url": window_url(result), "zoom": ZOOM} if streamed else None,
        "at": _place(desk) if streamed else None,
        "base": basemaps.shown(result.folder.resolve().name),
        "selected": chosen,
        "partners": shown.partners() if shown else [],
        "fly": work.fly,
        "mask": mask(found.isin(wanted["shown_id"]).to_numpy()),
        "done": mask(found.isin(cases.loc[~desk.undone(), "shown_id"]).to_numpy()),
        "many": cases.loc[cases["finding_id"].isin(work.many[:MANY_SHOWN_N]), "shown_id"].tolist(),
        "around": True,
        "placing": form,
        "pin": list(work.pin) if work.pin else None,
        "swipe": {"url": scene_url(result, PREVIOUS + desk.scope)} if work.swipe and not streamed else None,
        "legend": legend(cases, desk.undone(), work.codes),
        "layers": {layer.name: layer.name not in HIDDEN for layer in LAYERS},
        "names": names(language()),
        "words": words(language()) | work_words(language()),
        "titles": {code: title(code, language()) for code in LOOKS},
        "language": language(),
        "dark": st.context.theme.type == "dark",
    }


def legend(cases: pd.DataFrame, undone: np.ndarray, codes: frozenset[str]) -> list[dict[str, object]]:
    """One row per code of the cases, by precedence, with how many of it nobody has decided; `on` where the filter names it."""
    at, names = pd.factorize(cases["code"])
    open_n = dict(zip(names, np.bincount(at[undone], minlength=len(names)).tolist(), strict=True))
    return [{"code": c, "label": title(c, language()), "n": open_n[c], "on": c in codes} for c in in_order(set(open_n))]


def _place(desk: Desk) -> list[float] | None:
    """Where the chosen case is, as [lat, lon] degrees: a streamed map goes there before it draws it."""
    case = desk.case()
    return None if case is None or pd.isna(case["lat"]) else [float(case["lat"]), float(case["lon"])]


def nearest_case(desk: Desk, kind: str, one_id: str) -> str | None:
    """The case of this page that a clicked object belongs to: undecided ones first, in the order of the queue."""
    if kind == "finding":
        mine = desk.cases.loc[desk.cases["shown_id"] == one_id, "finding_id"]
        return str(mine.iloc[0]) if len(mine) else None
    spoken = desk.result.findings_of(kind, one_id)["finding_id"]
    rows = desk.cases[desk.cases["shown_id"].isin(spoken)]
    if desk.work.codes:
        rows = rows[rows["code"].isin(desk.work.codes)]
    if rows.empty:
        return None
    first = np.argsort(~undone(rows), kind="stable")[0]
    return str(rows["finding_id"].iloc[first])
