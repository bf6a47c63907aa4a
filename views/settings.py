"""设置: thresholds and region of the next run, maps under the map, accounts and grants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import streamlit as st

from geo.casebook import Casebook
from geo.casebook.words import ROLES
from geo.errors import DoorplateError
from geo.profile import load_profile
from layers.result import find_results
from views import accounts, basemaps, casebook, state, thresholds
from views.data import project_folder
from views.language import aside, joined
from views.plain import plain
from views.sign_in import User, current_user
from views.state import kept, language, say, stamped

TOLD, REGION = "settings_told", "region"
TABLE_PX = 470
_MAY_CHANGE = frozenset({"data", "admin"})


def show() -> None:
    """Show the page."""
    user = current_user()
    if told := st.session_state.pop(TOLD, None):
        kind, text = told
        (st.success if kind == "done" else st.error)(plain(text))
    values, maps, people = st.tabs(
        [say("阈值与地区", "Thresholds and region"), say("底图", "Maps"), say("账号与授权", "Accounts and grants")]
    )
    with values:
        _thresholds(user)
    with maps:
        _basemaps()
    with people:
        _accounts(user)


def _thresholds(user: User) -> None:
    project = project_folder()
    if project is None:
        st.info(
            say("没有指定项目文件夹（DOORPLATE_PROJECT），这里只显示默认值，不能修改。", "No project folder is named (DOORPLATE_PROJECT): the defaults are shown and cannot be changed."),
            icon=":material/lock:",
        )  # fmt: skip
    try:
        profile = thresholds.profile_of(project) if project else load_profile("default")
    except DoorplateError as error:
        st.error(plain(say(error.zh, error.en)), icon=":material/error:")
        st.write(
            say("请改好项目文件夹中的配置文件，或改选下面的地区配置。", "Mend the profile in the project folder, or choose a region below.")
        )
        profile = load_profile("default")
    may = project is not None and (not user.user_id or bool(_MAY_CHANGE & set(user.roles)))
    if project is not None:
        _region(project, may=may)
    told = thresholds.table(profile, project=project)
    names = {
        say("zh", "en"): say("含义", "Meaning"), "value": say("值", "Value"), say("unit_zh", "unit"): say("单位", "Unit"), "default": say("默认", "Default"),
        say("source_zh", "source"): say("来源", "Source"), "name": say("代码", "Code"),
    }  # fmt: skip
    value = names["value"]
    widths = dict(
        zip(names.values(), (250 if language() == "zh" else 340, 80, 80, 80, 560 if language() == "zh" else 470, 170), strict=True)
    )
    numbers = {
        value: st.column_config.NumberColumn(value, min_value=0.0, required=True, format="%g", width=80),
        names["default"]: st.column_config.NumberColumn(names["default"], format="%g", width=80),
    }
    edited = st.data_editor(
        told[list(names)].rename(columns=names), hide_index=True, disabled=[c for c in names.values() if c != value] if may else True, key="thresholds",
        height=TABLE_PX, column_config={c: st.column_config.TextColumn(c, width=w) for c, w in widths.items()} | numbers,
    )  # fmt: skip
    changed = edited[edited[value] != told["value"].to_numpy()]
    if may and project is not None:
        words = say(f"保存 {len(changed)} 处修改，下次核对生效", f"Save {len(changed)} changes for the next run")
        if st.button(words, key="save_thresholds", type="primary", disabled=changed.empty, icon=":material/save:"):
            _save(project, dict(zip(told["name"], edited[value], strict=True)), user)
        st.caption(
            say(
                "修改写入项目文件夹的 profile.toml，原文件留存；已有结果不变，重新核对后生效。",
                "A change goes into profile.toml of the project, former files are kept; results change with the next run.",
            )
        )


def _region(project: Path, *, may: bool) -> None:
    named = thresholds.named_profile(project)
    known = list(thresholds.regions())
    options = known if named in known else [named, *known]
    labels = {
        "default": say("全国默认", "default of the country"),
        "chongqing": say("重庆（含 幢-单元-房 的写法）", "Chongqing"),
        thresholds.OWN: say("本项目自己的配置", "the project's own"),
    }

    def take() -> None:
        if may and st.session_state[REGION] in known:
            thresholds.choose_region(project, st.session_state[REGION])
            st.session_state[TOLD] = ("done", say("已改用所选地区配置，下次核对生效。", "The next run takes that profile."))

    # What the project says is what is shown; only a person's choice changes it.
    st.session_state[REGION] = named
    st.selectbox(
        say("地区配置", "Regional profile"),
        options,
        format_func=lambda n: labels.get(n, n),
        key=REGION,
        disabled=not may,
        width=340,
        on_change=take,
    )


def _save(project: Path, values: dict[str, float], user: User) -> None:
    try:
        path = thresholds.write_own(project, values, by=user.user_id or say("单机", "this computer"))
    except DoorplateError as error:
        st.session_state[TOLD] = ("failed", say(error.zh, error.en))
    else:
        st.session_state[TOLD] = ("done", say(f"已写入 {path.name}，下次核对生效。", f"Written to {path.name}; the next run takes it."))
    st.rerun()


def _basemaps() -> None:
    every = basemaps.basemaps()
    shown = {
        "": say("本系统自己的村界（不需要底图）", "Our own outlines, no map under the map"),
        **{one.key: one.name + aside(one.datum) for one in every if not one.refused},
    }
    st.session_state[basemaps.BASE] = st.session_state.get(basemaps.BASE) if st.session_state.get(basemaps.BASE) in shown else ""
    st.radio(say("地图下面垫什么", "Under the map"), list(shown), format_func=shown.__getitem__, **kept(basemaps.BASE, ""))
    for one in every:
        if one.refused:
            st.warning(plain(f"{one.name}{say('：', ': ')}{say(one.zh, one.en)}"), icon=":material/wrong_location:")
    st.caption(
        say(
            "底图写在项目文件夹的 basemaps.toml 中：MBTiles 或 PMTiles 图片瓦片文件，或（允许联网时）天地图；每张图须写明 datum。火星坐标、百度坐标的图会偏几百米，不予显示。",
            "Maps are described in basemaps.toml of the project: MBTiles or PMTiles with pictures, or Tianditu where the network is allowed; each states its datum. Maps in GCJ-02 or BD-09 are hundreds of metres off and are refused.",
        )
    )
    st.caption(
        say(
            "网络：允许访问地图服务" if basemaps.network_allowed() else "网络：不使用（离线）",
            "Network: map services allowed" if basemaps.network_allowed() else "Network: not used (offline)",
        )
    )


def _accounts(user: User) -> None:
    book = casebook.book()
    if book is None:
        st.info(say("还没有案卷库，因此没有账号。", "There is no casebook yet, hence no account."), icon=":material/group_off:")
        st.write(
            say(
                "请先核对一个项目；单机模式下案卷库会自动建立。",
                "Verify a project first; in single-user mode the casebook is made by the app.",
            )
        )
        return
    every = _listed(book)
    st.dataframe(every if "admin" in user.roles else every[every.iloc[:, 0] == user.user_id], hide_index=True, height="content")
    if "admin" not in user.roles:
        st.info(say("账号由系统管理员管理。", "Accounts are kept by the administrator."), icon=":material/lock:")
        return
    left, right = st.columns(2)
    with left, st.form("open_account", clear_on_submit=True):
        st.markdown(f"**{say('开户', 'Open an account')}**")
        user_id = st.text_input(say("账号（与统一认证一致）", "Account, as the provider names it"), key="new_user")
        display = st.text_input(say("单位或岗位名称（不要写个人姓名）", "Office or post, never a person's name"), key="new_display")
        office = st.selectbox(
            say("单位", "Office"), list(ROLES), format_func=accounts.role_name, key=state.steady("new_office", next(iter(ROLES)))
        )
        if st.form_submit_button(say("开户", "Open")):
            _change(lambda: book.add_account(user_id.strip(), display.strip(), office, by=user.user_id))
    with right, st.form("grant_role"):
        st.markdown(f"**{say('授权', 'Grant a role')}**")
        known = {one.user_id: one for one in accounts.open_accounts()}
        whom = st.selectbox(say("账号", "Account"), list(known), format_func=lambda i: known[i].display, key="grant_user")
        role = st.selectbox(
            say("职责", "Role"), list(ROLES), format_func=accounts.role_name, key=state.steady("grant_role_code", next(iter(ROLES)))
        )
        villages = _villages()
        where = st.selectbox(
            say("村（社区）", "Village"), list(villages), format_func=villages.__getitem__, key=state.steady("grant_village", "*")
        )
        if st.form_submit_button(say("授权", "Grant")):
            _change(lambda: book.grant(str(whom), role, str(where), by=user.user_id))
    _take_back(book, user)


def _listed(book: Casebook) -> pd.DataFrame:
    known, granted = book.accounts(), book.grants()
    granted = granted[granted["revoked_at"].isna()]
    villages = _villages()
    told = granted.assign(
        t=[
            f"{accounts.role_name(str(r))}·{villages.get(str(v), str(v))}"
            for r, v in zip(granted["role"], granted["village_code"], strict=True)
        ]
    )
    roles = told.groupby("user_id")["t"].agg(joined)
    return pd.DataFrame(
        {
            say("账号", "Account"): known["user_id"],
            say("名称", "Name"): known["display"],
            say("职责与范围", "Roles and villages"): known["user_id"].map(roles).fillna("—"),
            say("状态", "State"): known["active"].map({True: say("在用", "open"), False: say("已销户", "closed")}),
        }
    )


def _villages() -> dict[str, str]:
    where = state.root()
    folders = find_results(where) if where else ()
    every = {"*": say("全部村居", "All villages")}
    try:
        return every | {code: name for code, name in stamped(folders[0]).villages.items() if code} if folders else every
    except DoorplateError:
        return every


def _take_back(book: Casebook, user: User) -> None:
    granted = book.grants()
    granted = granted[granted["revoked_at"].isna() & (granted["user_id"] != user.user_id)]
    villages = _villages()
    words = {
        int(g): f"{u} · {accounts.role_name(str(r))} · {villages.get(str(v), str(v))}"
        for g, u, r, v in granted[["grant_id", "user_id", "role", "village_code"]].itertuples(index=False)
    }
    closable = [one.user_id for one in accounts.open_accounts() if one.user_id != user.user_id]
    with (
        st.expander(say("收回授权或销户", "Take a grant back or close an account")),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        grant = st.selectbox(
            say("授权", "Grant"),
            list(words),
            format_func=words.__getitem__,
            index=None,
            key="revoke_grant",
            placeholder=say("请选择", "Choose"),
        )
        if st.button(say("收回", "Take back"), key="revoke", disabled=grant is None) and grant is not None:
            _change(lambda: book.revoke(grant, by=user.user_id))
        closed = st.selectbox(say("账号", "Account"), closable, index=None, key="close_user", placeholder=say("请选择", "Choose"))
        if st.button(say("销户", "Close"), key="close", disabled=closed is None) and closed is not None:
            _change(lambda: book.close_account(closed, by=user.user_id))


def _change(act: Callable[[], object]) -> None:
    """Do one thing to the accounts; what the casebook refuses is told."""
    try:
        act()
    except DoorplateError as error:
        st.session_state[TOLD] = ("failed", say(error.zh, error.en))
    else:
        st.session_state[TOLD] = ("done", say("已保存。", "Saved."))
    accounts.forget()
    st.rerun()
