"""What changed between runs, by the casebook: new, still there, fixed, come back; and every run with its time and digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from geo.casebook import Casebook
from layers.cards import in_order, title
from layers.people import PEOPLE_UNITS, masked
from layers.result import Result
from views import casebook
from views.download import buttons
from views.listing import captions
from views.plain import plain
from views.products import list_left
from views.short import short
from views.sign_in import current_user
from views.state import language, say, village_name

KINDS: dict[str, tuple[str, str, str]] = {
    "new": ("新增", "New", ":material/add_circle:"),
    "still": ("仍在", "Still there", ":material/pending:"),
    "fixed": ("已消除", "Fixed", ":material/check_circle:"),
    "returned": ("再次出现", "Come back", ":material/replay:"),
}
_FIRST = ("new", "returned", "fixed")
"""What changed, in the order it is told."""
LIST_PX, SHOWN_N = 300, 500
RUNS = "runs.jsonl"
"""Beside the tables of a project: one line for every run the app started, also those that failed."""


def changes(result: Result) -> None:
    """What the chosen run of the casebook changed, and the list of runs; without a casebook the next step."""
    book = casebook.book(result.folder)
    runs = book.runs() if book is not None else pd.DataFrame()
    _failed_lately()
    if book is None or runs.empty:
        st.info(
            say(
                "还没有发布过核对结果，所以没有“与上次相比”。在「数据接入」核对后，或打开「补牌核对」时，会自动发布。",
                "No run was published yet, so there is nothing to compare. A run under Data publishes, and so does opening Missing plates.",
            ),
            icon=":material/history:",
        )
        return
    runs = runs[runs["status"] == "published"].sort_values("run_id", ascending=False) if (runs["status"] == "published").any() else runs
    names = run_names(runs)
    chosen = st.selectbox(say("哪次核对", "Which run"), list(names), format_func=names.__getitem__, key="run_chosen", width=360)
    row = runs[runs["run_id"] == chosen].iloc[0]
    first = int(chosen) == min(names)
    with st.container(horizontal=True, key="change_figures"):
        if first:
            st.metric(":material/flag: " + say("首次核对，发现问题", "First run, findings"), _figure(row["opened_n"]), border=True)
        for kind, column in () if first else (("new", "opened_n"), ("still", "still_n"), ("fixed", "fixed_n"), ("returned", "returned_n")):
            zh, en, icon = KINDS[kind]
            st.metric(f"{icon} {say(zh, en)}", _figure(row[column]), border=True)
        if not first:
            st.metric(":material/rule: " + say("须复核", "To look at again"), _figure(row["recheck_n"]), border=True)
    if first:
        st.caption(say("这是第一次核对，没有上一次可比：下面的“新增”是当时发现的全部问题。", "The first run: there is none before it, and every finding is new."))
    _listed(book, book.changes(int(chosen)), result, int(chosen))
    with st.expander(say(f"历次核对 {len(runs)}", f"All runs {len(runs)}")):
        st.dataframe(_runs(runs), hide_index=True, height="content" if len(runs) <= 8 else 300)


def run_names(runs: pd.DataFrame) -> dict[int, str]:
    """What each run is called where one is chosen, the newest first: its number, when it was published, and against which it is told."""
    ids = runs["run_id"].astype("int64").tolist()
    names = {}
    for one, before, at in zip(ids, [*ids[1:], None], runs["published_at"], strict=True):
        against = say("首次核对", "the first run") if before is None else say(f"与 #{before} 相比", f"against #{before}")
        names[one] = f"#{one} · {str(at)[:16].replace('T', ' ')} · {against}"
    return names


def _listed(book: Casebook, changed: pd.DataFrame, result: Result, run_id: int) -> None:
    user = current_user()
    seen = changed[[user.sees(str(v or "")) for v in changed["village_code"]]]
    moved = seen[seen["change"] != "still"]
    moved = moved.iloc[np.argsort(moved["change"].map({kind: i for i, kind in enumerate(_FIRST)}).to_numpy(), kind="stable")]
    left, right = st.columns([1, 1.5])
    with left:
        table = counted(seen)
        name, *numbers = table.columns
        widths = {name: st.column_config.TextColumn(name, width=190)}
        widths |= {c: st.column_config.TextColumn(c, width=72, alignment="right") for c in numbers}
        st.dataframe(table, hide_index=True, height=LIST_PX, key="changes_counted", column_config=widths)
    with right:
        if moved.empty:
            st.info(say("没有变化：全部问题仍在。", "Nothing changed: every finding is still there."), icon=":material/done_all:")
            return
        columns = {say("变化", "Change"): 70, say("问题", "Finding"): 140, say("对象", "Subject"): 150, say("村居", "Village"): 84}
        st.dataframe(
            told(book, moved.head(SHOWN_N), result).drop(columns=say("案号", "Case")), hide_index=True, height=LIST_PX - 50, key="changes_listed",
            column_config={name: st.column_config.TextColumn(name, width=width) for name, width in columns.items()},
        )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            buttons(
                lambda: told(book, moved, result),
                name=say(f"变化_{run_id}", f"changes_{run_id}"),
                key="changes",
                empty=False,
                after=list_left(result, "changes"),
            )
            if len(moved) > SHOWN_N:
                st.caption(
                    say(
                        f"只列出前 {SHOWN_N} 件，下载的是全部 {len(moved):,} 件。",
                        f"The first {SHOWN_N}; the download holds all {len(moved):,}.",
                    )
                )


def counted(seen: pd.DataFrame) -> pd.DataFrame:
    """Findings by kind and by what became of them; kinds with most changes first, nothing where there is none.

    Parameters
    ----------
    seen
        code and change of each finding (`Casebook.changes`).
    """
    counts = pd.crosstab(seen["code"], seen["change"]).reindex(columns=list(KINDS), fill_value=0).reindex(in_order(set(seen["code"])))
    moved = counts.drop(columns="still").sum(axis=1)
    counts = counts.iloc[np.argsort(-moved.to_numpy(), kind="stable")]
    shown = pd.DataFrame({say("问题", "Finding"): [title(str(c), language()) for c in counts.index]})
    for kind in (*_FIRST, "still"):
        shown[say(*KINDS[kind][:2])] = [f"{n:,}" if n else "" for n in counts[kind]]
    return shown


def told(book: Casebook, moved: pd.DataFrame, result: Result) -> pd.DataFrame:
    """What changed, as a clerk reads it: change, finding, what it is about, village, details, and the number of the case.

    Parameters
    ----------
    moved
        finding_id, code, village_code and change; the order is kept.
    """
    ids = moved["finding_id"].tolist()
    # Asked by number where there are few, else all at once: a statement does not take a hundred thousand numbers.
    cases = book.cases(ids=ids if len(ids) <= SHOWN_N else None, present=None).set_index("finding_id").reindex(ids)
    exact = "police" in current_user().roles
    detail = f"detail_{language()}"
    small = cases["unit"].isin(PEOPLE_UNITS) & ~pd.Series(exact, index=cases.index)
    return pd.DataFrame(
        {
            say("变化", "Change"): moved["change"].map({kind: say(zh, en) for kind, (zh, en, _) in KINDS.items()}).to_numpy(),
            say("问题", "Finding"): [title(str(c), language()) for c in moved["code"]],
            say("对象", "Subject"): short(result, captions(result, cases), cases["village_code"], "").to_numpy(),
            say("村居", "Village"): [village_name(result, str(v or "")) for v in moved["village_code"]],
            say("说明", "Details"): cases[detail].mask(small, cases.loc[small, detail].map(masked)).to_numpy(),
            say("案号", "Case"): ids,
        }
    )


def _runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Every run, the newest first, with what it took where the app started it."""
    return pd.DataFrame(
        {
            "#": runs["run_id"],
            say("发布时间", "Published"): [str(at)[:16].replace("T", " ") for at in runs["published_at"]],
            say("基准日", "As of"): runs["as_of"].astype("str"),
            **{
                say(KINDS[k][0], KINDS[k][1]): runs[c]
                for k, c in (("new", "opened_n"), ("still", "still_n"), ("fixed", "fixed_n"), ("returned", "returned_n"))
            },
            say("秒", "Seconds"): _seconds(runs),
            say("版本", "Version"): runs["tool_version"],
            say("结果 SHA-256", "SHA-256 of the result"): runs["result_hash"],
        }
    )


def _seconds(runs: pd.DataFrame) -> list[float | None]:
    """What each run took: the newest one the app finished before it was published and after the one before was; None otherwise."""
    done = [(pd.Timestamp(one["at"]), float(one["seconds"])) for one in _log() if one.get("state") == "done"]
    published = [pd.Timestamp(at) for at in runs["published_at"]]
    before = [*published[1:], pd.Timestamp.min.tz_localize("UTC")]
    return [next((s for at, s in done if low < at <= high), None) for low, high in zip(before, published, strict=True)]


def _failed_lately() -> None:
    """The last run the app started, where it did not end well."""
    last = next(iter(_log()), None)
    if last is None or last.get("state") == "done":
        return
    at = str(last.get("at", ""))[:16].replace("T", " ")
    if last.get("state") == "cancelled":
        st.warning(
            say(f"{at} 的核对被取消；下面是再前一次的结果。", f"The run of {at} was cancelled; below is the one before."),
            icon=":material/stop_circle:",
        )
        return
    st.error(
        plain(say(f"{at} 的核对没有成功：{last.get('zh', '')}", f"The run of {at} failed: {last.get('en', '')}")), icon=":material/error:"
    )
    st.write(
        say(
            "下面仍是上一次成功的结果。请到「数据接入」改好后再核对。",
            "Below is the last result that succeeded. Mend it under Data and run again.",
        )
    )


def _log() -> list[dict[str, Any]]:
    """Runs the app started, the newest first."""
    from views.data import project_folder  # the data page knows the runs

    project = project_folder()
    path = project / RUNS if project else None
    lines = path.read_text(encoding="utf-8").splitlines() if path and path.is_file() else []
    return [json.loads(line) for line in reversed(lines) if line.strip()]


def note_run(project: Path, line: dict[str, Any]) -> None:
    """Add a run to the list."""
    with (project / RUNS).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def _figure(value: Any) -> str:
    return "—" if pd.isna(value) else f"{int(value):,}"
