"""数据接入: bring a table in, see what was understood, take it over, run, publish."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.errors import DoorplateError
from geo.read.sniff import SUFFIXES
from geo.tables import INPUT
from layers.result import find_results
from views import casebook, intake, jobs, state
from views.cases.publishing import published
from views.changes import note_run
from views.download import buttons
from views.fence import allow_uploads
from views.intake import Trial
from views.language import joined
from views.plain import plain
from views.records import told_rows
from views.sign_in import User, current_user
from views.state import say
from views.trial import show_figures, show_trial

PROJECT = "DOORPLATE_PROJECT"
TRIAL, LOOKING, TOLD = "trial", "looking", "intake_told"
_ENCODINGS = ("", "utf-8", "gb18030", "big5")
_ROLES_MAY = frozenset({"data", "surveyor", "civil_affairs"})
_running: dict[str, jobs.Job] = {}
"""The one run of each project, seen by every session."""


def show() -> None:
    """Show the page."""
    user = current_user()
    project = project_folder()
    if project is None:
        _no_project()
        return
    if told := st.session_state.pop(TOLD, None):
        st.success(plain(told), icon=":material/check_circle:")
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        if (user.mode == "single" and not user.user_id) or _ROLES_MAY & set(user.roles):
            allow_uploads()
            _deliver(project)
        else:
            st.info(
                say("接入数据由数据岗、测绘队或民政办办理。", "Tables are brought in by the data office, the surveyor or civil affairs.")
            )
        if _at_hand():
            _tables(project)
    with right:
        if st.session_state.get(LOOKING) is not None:
            _looking()
        elif (trial := st.session_state.get(TRIAL)) is not None and trial.report.joinpath("report.json").is_file():
            _judge(project, trial, user)
        _run(project, user)
        if not _at_hand():
            _tables(project)


def _at_hand() -> bool:
    """Whether a delivery lies beside: what is in use then steps aside."""
    return st.session_state.get(LOOKING) is not None or st.session_state.get(TRIAL) is not None


def project_folder() -> Path | None:
    """The folder of tables that DOORPLATE_PROJECT names; None where it names none or the folder is not there."""
    named = os.environ.get(PROJECT)
    where = Path(named).expanduser() if named else None
    return where if where is not None and where.is_dir() else None


def _no_project() -> None:
    st.header(say("还没有指定项目文件夹", "No project folder is named"))
    st.write(
        say(
            "数据接入要知道各张表放在哪个文件夹。请用环境变量 DOORPLATE_PROJECT 指明，再启动应用；空文件夹也可以，从第一张表开始。",
            "Name the folder of the tables in DOORPLATE_PROJECT and start the app again; an empty folder will do for a beginning.",
        )
    )
    st.code("mkdir my-town\nDOORPLATE_PROJECT=my-town DOORPLATE_OUT=out DOORPLATE_SIGN_IN=single streamlit run app.py", language="shell")


def _last_inputs() -> list[dict[str, Any]]:
    where = state.root()
    folders = find_results(where) if where else ()
    try:
        run = json.loads((folders[0] / "run.json").read_text(encoding="utf-8")) if folders else {}
    except (OSError, ValueError):
        return []
    return run["inputs"] if isinstance(run.get("inputs"), list) else []


def _tables(project: Path) -> None:
    rows = []
    taken = intake.deliveries(project)
    counted = {one.get("table"): one.get("rows_read") for one in _last_inputs()}
    for role in INPUT:
        try:
            files = intake.files_of(project, role)
        except DoorplateError as error:
            st.error(plain(say(error.zh, error.en)), icon=":material/error:")
            continue
        last = next((one for one in taken if one["role"] == role), None)
        rows.append(
            {
                say("表", "Table"): state.table_name(role),
                say("文件", "File"): joined(p.name for p in files) or say("（没有）", "(none)"),
                say("行数", "Rows"): _number(last["rows_read"] if last else counted.get(role)),
                say("接入时间", "Brought in"): last["at"][:16].replace("T", " ") if last else "",
            }
        )
    st.markdown(f"**{say('正在使用的表', 'Tables in use')}**")
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content")
    if all(not intake.files_of(project, role) for role in INPUT):
        st.info(
            say(
                "项目是空的。请先接入建筑物，再接入门楼牌和登记地址。",
                "The project is empty. Begin with buildings, then plates and addresses.",
            ),
            icon=":material/inbox:",
        )


def _number(value: Any) -> str:
    return "" if value is None else f"{int(value):,}"


def _deliver(project: Path) -> None:
    st.markdown(f"**{say('接入一张表', 'Bring a table in')}**")
    role = st.selectbox(
        say("这是哪张表", "Which table"),
        list(INPUT),
        format_func=state.table_name,
        key=state.steady("deliver_role", next(iter(INPUT))),
    )
    waiting = {p.name: p for p in intake.inbox(project)}
    sources = {"upload": say("上传文件", "Upload"), "inbox": say(f"收件箱（{len(waiting)}）", f"Inbox ({len(waiting)})")}
    source = st.segmented_control(
        say("从哪里来", "From"), list(sources), format_func=sources.__getitem__, default="upload", key="deliver_from"
    )
    name, content = "", None  # type: str, bytes | Path | None
    if source == "inbox":
        chosen = st.selectbox(
            say("收件箱里的文件", "File in the inbox"), list(waiting), index=None, key="deliver_file",
            placeholder=say("项目文件夹的 inbox 里没有文件", "The folder inbox is empty") if not waiting else say("请选择", "Choose"),
        )  # fmt: skip
        name, content = (chosen, waiting[chosen]) if chosen in waiting else ("", None)
    else:
        sent = st.file_uploader(say("文件（不超过 50 MB）", "File (up to 50 MB)"), type=[s[1:] for s in SUFFIXES], key="deliver_upload")
        name, content = (sent.name, sent.getvalue()) if sent is not None else ("", None)
        st.caption(
            say(
                "更大的文件，或 .shp 及其同名文件，请放进项目文件夹的 inbox；也可以压缩成 .zip。",
                "Larger files, or a .shp with its parts, go into the folder inbox of the project, or into a .zip.",
            )
        )
    changes = _reading(role)
    if st.button(
        say("看看读到了什么", "See what is understood"),
        type="primary",
        key="deliver_look",
        disabled=content is None,
        icon=":material/visibility:",
    ):
        _look(project, role, name, content, changes)


def _reading(role: str) -> dict[str, Any]:
    """What the reader is told of the file where it should not find it out itself."""
    with st.expander(say("读取方式（一般不用改）", "How it is read (rarely needed)")):
        names = {"": say("自动", "Automatic"), "gb18030": "GB18030 / GBK"}
        encoding = st.selectbox(
            say("文字编码", "Encoding"), _ENCODINGS, format_func=lambda e: names.get(e, e), key=state.steady("deliver_encoding", "")
        )
        crs = st.text_input(say("坐标系（如 EPSG:4524；留空为自动）", "System, e.g. EPSG:4524; empty: automatic"), key="deliver_crs")
        layer = st.text_input(say("图层或工作表名（留空为自动）", "Layer or sheet; empty: automatic"), key="deliver_layer")
        told = st.text_area(
            say("列的对应，每行一个：本系统的列 = 文件里的列", "Columns, one a line: ours = theirs"), key="deliver_columns", height=80,
            placeholder=f"{INPUT[role].columns[0].name} = {say('编号', 'CODE')}",
        )  # fmt: skip
    pairs = (line.split("=", 1) for line in (told or "").splitlines() if "=" in line)
    return {
        "encoding": encoding,
        "crs": (crs or "").strip(),
        "layer": (layer or "").strip(),
        "columns": {a.strip(): b.strip() for a, b in pairs},
    }


def _look(project: Path, role: str, name: str, content: Any, changes: dict[str, Any]) -> None:
    _forget_trial()
    try:
        trial = intake.put_aside(project, role, name, content, changes)
    except DoorplateError as error:
        st.error(plain(say(error.zh, error.en)), icon=":material/error:")
        return
    st.session_state[TRIAL] = trial
    st.session_state[LOOKING] = jobs.start("inspect", [trial.folder, role, trial.report], by=current_user().user_id, cpu_s=jobs.INSPECT_S)
    st.rerun()


def _forget_trial() -> None:
    job, trial = st.session_state.pop(LOOKING, None), st.session_state.pop(TRIAL, None)
    if job is not None:
        job.cancel()
    if trial is not None:
        intake.drop_trial(trial)


@st.fragment(run_every=0.5)
def _looking() -> None:
    job: jobs.Job | None = st.session_state.get(LOOKING)
    if job is None:
        return
    if job.state == "running":
        _progress(job, key="look")
        return
    if job.state == "done":
        st.session_state[LOOKING] = None
        st.rerun()
    _failed(job, say("没有读成，原有数据未动。", "It could not be read; the tables in use are as they were."))
    if st.button(say("放弃这份文件", "Drop this file"), key="look_drop"):
        _forget_trial()
        st.rerun()


def _progress(job: jobs.Job, *, key: str) -> None:
    done = job.step.get("n", 0) / max(1, job.step.get("of", 1))
    st.progress(min(1.0, done), text=plain(f"{say(job.step.get('zh', '启动'), job.step.get('en', 'starting'))} · {job.seconds:.0f} s"))
    if st.button(say("取消", "Cancel"), key=f"{key}_cancel", icon=":material/stop_circle:"):
        job.cancel()


def _failed(job: jobs.Job, kept: str) -> None:
    """The designed state of work that failed or was cancelled: why, what stayed, what next."""
    if job.state == "cancelled":
        st.warning(say("已取消。", "Cancelled.") + kept, icon=":material/stop_circle:")
        return
    st.error(plain(say(job.zh, job.en)), icon=":material/error:")
    st.write(plain(kept + say("改好后再试一次。", "Mend it and try again.")))


def _judge(project: Path, trial: Trial, user: User) -> None:
    """What was understood of the delivery, and the word that takes it over."""
    report = json.loads((trial.report / "report.json").read_text(encoding="utf-8"))
    st.markdown(f"**{plain(trial.came_as)} → {plain(state.table_name(trial.role))}**")
    show_figures(report)
    fallen = intake.drop(project, trial.role, report["read_n"], _last_inputs())
    confirmed = _confirm_drop(fallen)
    old = [p.name for p in intake.files_of(project, trial.role)]
    with st.container(horizontal=True, vertical_alignment="center", key="trial_word"):
        if st.button(
            say("确认使用", "Take it over"),
            key="take_over",
            type="primary",
            disabled=fallen.asks and not confirmed,
            icon=":material/check:",
        ):
            kept = intake.take_over(project, trial, by=user.user_id, report=report, drop=fallen, confirmed=confirmed, now=casebook.now())
            st.session_state[TRIAL] = None
            st.session_state[TOLD] = say(
                f"{trial.came_as} 已作为{INPUT[trial.role].zh}启用，原文件 {len(kept)} 个已留存；请在右侧开始核对。",
                f"{trial.came_as} is now in use as {trial.role}; {len(kept)} files are kept. Start a run on the right.",
            )
            st.rerun()
        if st.button(say("放弃", "Drop it"), key="drop_trial", icon=":material/delete:"):
            _forget_trial()
            st.rerun()
        if old:
            st.caption(
                plain(
                    say(
                        f"原来的 {'、'.join(old)} 会改名留在 {intake.KEPT}/，不会覆盖。",
                        f"{', '.join(old)} will be kept in {intake.KEPT}/ under a dated name.",
                    )
                )
            )
    # The word that is asked for stands above what it rests on: on the screen of an office both are seen at once.
    show_trial(trial, report)
    for name, zh, en in (("quarantine", "退回行", "Refused rows"), ("repairs", "修正", "Repairs")):
        _rows_told(trial, name, say(zh, en))


def _rows_told(trial: Trial, name: str, words: str) -> None:
    """Rows that were refused or repaired, to look at and to take away."""
    told = pd.read_parquet(trial.report / f"{name}.parquet")
    shown = told_rows(told, name)
    with st.expander(f"{words} {len(told):,}", expanded=name == "quarantine" and 0 < len(told) <= 8):
        st.dataframe(shown, hide_index=True, height="content" if len(shown) <= 8 else 260)
        with st.container(horizontal=True):
            buttons(lambda: shown, name=f"{trial.role}_{name}", key=f"trial_{name}", empty=told.empty)


def _confirm_drop(fallen: intake.Drop) -> bool:
    if fallen.before_n is None:
        st.caption(say("以前没有接入过这张表，没有行数可比。", "There was no delivery of this table before to compare rows with."))
    elif not fallen.asks:
        st.caption(rows_compared(fallen))
    if not fallen.asks:
        return False
    st.warning(
        say(
            f"比上次少 {fallen.ratio:.0%}（{fallen.before_n:,} → {fallen.now_n:,} 行）。少掉的对象会被当作已经不在。",
            f"{fallen.ratio:.0%} fewer rows than last time ({fallen.before_n:,} → {fallen.now_n:,}). What is missing will count as gone.",
        ),
        icon=":material/trending_down:",
    )
    return st.checkbox(say("我已核实：数据确实少了这么多", "I have checked: that many rows are really gone"), key="drop_confirmed")


def rows_compared(fallen: intake.Drop) -> str:
    """How many rows a delivery has more or fewer than the file in use, in words."""
    before, now = fallen.before_n or 0, fallen.now_n
    if before == now:
        return say(f"与现用文件行数相同（{now:,} 行）。", f"As many rows as the file in use ({now:,}).")
    if now < before:
        return say(f"比现用文件少 {before - now:,} 行（{before:,} → {now:,}）。", f"{before - now:,} rows fewer than the file in use ({before:,} → {now:,}).")
    return say(f"比现用文件多 {now - before:,} 行（{before:,} → {now:,}）。", f"{now - before:,} rows more than the file in use ({before:,} → {now:,}).")


def _run(project: Path, user: User) -> None:
    st.markdown(f"**{say('核对', 'Verify')}**")
    key = str(project.resolve())
    job = _running.get(key)
    if job is not None and job.state == "running":
        _running_now(key)
        return
    if job is not None and job.state != "done":
        _failed(job, say("原有结果未动，页面照常可看。", "The earlier result is as it was and can be used."))
    elif job is not None:
        _publish(user, job)
    empty = all(not intake.files_of(project, role) for role in INPUT)
    if st.button(say("开始核对", "Start a run"), key="run_start", icon=":material/play_arrow:", disabled=empty):
        _start(project, key, user)
        st.rerun()
    st.caption(
        say(
            "核对在单独的进程里进行，限制内存与时间；完成前，旧结果一直可用。",
            "A run is a process of its own with limits; until it is done the former result stays.",
        )
    )


def _start(project: Path, key: str, user: User) -> None:
    out = _out(project)
    folder = intake.run_folder(project)
    book = casebook.book(out)
    if book is not None and not intake.files_of(project, "decisions"):
        from geo.casebook.loop import decisions_table  # only where a run begins: readers need none of it

        decided = decisions_table(book)
        if len(decided):
            decided.to_csv(folder / "decisions.csv", index=False)

    def ended(job: jobs.Job, how: jobs.State) -> None:
        shutil.rmtree(folder.parent, ignore_errors=True)
        at = casebook.now().isoformat(timespec="seconds")
        note_run(project, {"at": at, "by": job.by, "state": how, "seconds": round(job.seconds, 1), "zh": job.zh, "en": job.en})

    _running[key] = jobs.start("verify", [folder, out], by=user.user_id, cpu_s=jobs.VERIFY_S, after=ended)


def _out(project: Path) -> Path:
    """Where the result of the project goes: the one result folder, or one called like the project among several."""
    where = state.root() or project.parent / "out"
    return where if (where / "run.json").is_file() else where / project.resolve().name


@st.fragment(run_every=1.0)
def _running_now(key: str) -> None:
    job = _running[key]
    if job.state == "running":
        _progress(job, key="run")
    else:
        st.rerun()


def _publish(user: User, job: jobs.Job) -> None:
    """The new result in the casebook: what changed, or what stands in the way."""
    project = project_folder()
    assert project is not None  # noqa: S101  the page stopped without one
    out = _out(project)
    st.success(say(f"核对完成，用时 {job.seconds:.0f} 秒。", f"The run is done, {job.seconds:.0f} s."), icon=":material/task_alt:")
    book = casebook.book(out)
    if book is not None and published(book, state.stamped(out), user):
        st.write(say("已发布到案卷库；变化见「运行」。", "Published into the casebook; what changed is under Runs."))
