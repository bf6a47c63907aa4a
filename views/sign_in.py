"""Who is at the screen, in three explicit modes; the casebook's accounts and grants say what that person is here.

`DOORPLATE_SIGN_IN` names the mode; nothing is guessed, and an unnamed mode opens no page:

oidc
    Streamlit's own sign-in with [auth] in .streamlit/secrets.toml. The claim DOORPLATE_USER_CLAIM (`sub`) is the account.
    Streamlit never looks at the expiry of a login; `signed_in` does, on every run of a page or of a part of it.
header
    A proxy in front has checked the person and names the account in the header DOORPLATE_USER_HEADER. Only where the
    server listens on this machine alone: anybody who reaches it directly could write that header.
single
    One computer, one office: whoever sits there chooses the account to act as. Only on this machine, never behind a proxy.

The pages a person sees follow from the roles; what a person may do is checked by the casebook at each action.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from views import accounts
from views.accounts import Account
from views.language import say
from views.plain import plain

Mode = Literal["oidc", "header", "single"]
MODES: tuple[Mode, ...] = ("oidc", "header", "single")
ACTING, LAST_SEEN = "acting", "last_seen"
IDLE_S = 30 * 60
"""A signed-in person who did nothing for this long signs in again."""
_HERE = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_COOKIE = "_streamlit_user"


@dataclass(frozen=True)
class User:
    """The person at the screen, as the casebook knows that account.

    Parameters
    ----------
    user_id
        Account in the casebook; "" where there is no casebook, so that nothing can be decided.
    display
        Name of the office or post.
    roles
        Codes of geo.casebook.ROLES, in their order; all of them where there is no casebook in single mode.
    villages
        Village codes the grants name; ("*",) for all.
    mode
        How the person signed in.
    since_s
        When the login was made (seconds since 1970, by the provider's clock); None outside oidc.
    until_s
        When the login ends; None outside oidc.
    """

    user_id: str
    display: str
    roles: tuple[str, ...]
    villages: tuple[str, ...]
    mode: Mode
    since_s: float | None = None
    until_s: float | None = None

    def sees(self, village_code: str) -> bool:
        """Whether a grant names that village or all."""
        return "*" in self.villages or village_code in self.villages


@dataclass(frozen=True)
class Refusal:
    """Why nobody is let in, what to do about it, and the button that does it.

    `kind` is unconfigured, exposed, proxied, signed_out, expired, no_header, unknown, no_casebook or no_account.
    """

    kind: str
    zh: str
    en: str
    next_zh: str
    next_en: str
    action: Literal["", "login"] = ""


def current_user() -> User:
    """Who is at the screen; a page that nobody may see stops here with the reason and the next step.

    Called by every page and every action: the login, the idle time and the grants are looked at anew each time.
    """
    found = signed_in()
    if isinstance(found, Refusal):
        show_refusal(found)
        st.stop()
    return found


def signed_in() -> User | Refusal:
    """Who is at the screen, or why nobody is."""
    mode = os.environ.get("DOORPLATE_SIGN_IN", "")
    if mode == "oidc":
        return _by_provider()
    if mode == "header":
        return _by_header()
    if mode == "single":
        return _alone()
    return Refusal(
        "unconfigured", "还没有指定登录方式，任何人都不能进入。", "No way to sign in is named, so nobody is let in.",
        "请设置环境变量 DOORPLATE_SIGN_IN 为 oidc（统一认证）、header（代理认证）或 single（单机使用），再启动。",
        "Set DOORPLATE_SIGN_IN to oidc, header or single and start again.",
    )  # fmt: skip


def binding() -> str:
    """What ties an address of data to this login, beside the account: the signed login cookie, or the account's own header.

    A copied address is refused in another browser. "" in single mode, where there is one browser.
    """
    return bound(st.context.cookies)


def bound(cookies: Mapping[str, str]) -> str:
    """Digest of the login cookies; the same for the page and for the routes beside it."""
    if os.environ.get("DOORPLATE_SIGN_IN") != "oidc":
        return ""
    parts = sorted((k, v.strip('"')) for k, v in cookies.items() if k.startswith(_COOKIE) and "tokens" not in k)
    return hashlib.sha256(repr(parts).encode()).hexdigest() if parts else ""


def header_user(headers: Mapping[str, str]) -> str | None:
    """The account a proxy names; None where the header is absent, empty or names several."""
    value = headers.get(os.environ.get("DOORPLATE_USER_HEADER", "X-Remote-User"))
    return value.strip() if value and value.strip() and "," not in value else None


def show_refusal(refusal: Refusal) -> None:
    """The designed state of a person who is not let in."""
    st.header(say("门楼牌核对", "Door plates verified"))
    st.warning(plain(say(refusal.zh, refusal.en)), icon=":material/lock:")
    st.write(plain(say(refusal.next_zh, refusal.next_en)))
    if refusal.action == "login":
        st.button(say("登录", "Sign in"), key="login", type="primary", icon=":material/login:", on_click=st.login)
        if refusal.kind == "expired":
            st.button(say("退出", "Sign out"), key="logout", icon=":material/logout:", on_click=st.logout)


def acting_choice() -> None:
    """Single mode: the account to act as; elsewhere who is signed in, and the way out."""
    user = current_user()
    if user.mode == "single":
        known = {one.user_id: one for one in accounts.open_accounts()}
        if known:
            st.session_state[ACTING] = user.user_id
            st.selectbox(
                say("以哪个账号操作", "Act as"), list(known), format_func=lambda i: known[i].display, key=ACTING,
                label_visibility="collapsed", help=say("单机模式：选择以哪个单位的账号操作", "Single-user mode: the account to act as"),
            )  # fmt: skip
        return
    with st.popover(plain(user.display), icon=":material/account_circle:"):
        st.caption(plain(user.user_id))
        st.write("、".join(plain(accounts.role_name(role)) for role in user.roles))
        if user.mode == "oidc":
            st.button(say("退出登录", "Sign out"), key="logout", icon=":material/logout:", on_click=st.logout)


def _alone() -> User | Refusal:
    if (exposed := _exposed()) is not None:
        return exposed
    forwarded = [name for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP") if st.context.headers.get(name)]
    host = str(st.context.headers.get("Host") or "127.0.0.1").rsplit(":", 1)[0]
    if forwarded or host not in _HERE:
        return Refusal(
            "proxied", "单机模式只供坐在这台电脑前的人使用，不能经代理或网络打开。",
            "Single-user mode is for whoever sits at this computer; it is not opened through a proxy or a network.",
            "请在本机用 http://127.0.0.1 打开；多人使用请改用 DOORPLATE_SIGN_IN=oidc 或 header。",
            "Open it as http://127.0.0.1 on this computer, or set DOORPLATE_SIGN_IN=oidc or header for several people.",
        )  # fmt: skip
    every = accounts.known_accounts()
    if every is None:
        return User("", "", accounts.role_codes(), ("*",), "single")
    if not every:
        accounts.make_sample_accounts()
        every = accounts.open_accounts()
    known: dict[Any, Account] = {one.user_id: one for one in every if one.roles}
    if not known:
        return Refusal(
            "no_account", "案卷库里没有可用的账号。", "The casebook holds no account with a role.",
            "请管理员用命令行授予各单位账号职责，再打开。", "Have the administrator grant roles to the offices, then open it again.",
        )  # fmt: skip
    chosen = st.session_state.get(ACTING)
    one = known.get(chosen) or next((a for a in known.values() if "civil_affairs" in a.roles), next(iter(known.values())))
    return _user(one, "single")


def _by_header() -> User | Refusal:
    if (exposed := _exposed()) is not None:
        return exposed
    name = header_user(st.context.headers.to_dict())
    if name is None:
        header = os.environ.get("DOORPLATE_USER_HEADER", "X-Remote-User")
        return Refusal(
            "no_header", "代理没有送来登录账号。", "The proxy names no account.",
            f"请从单位的统一入口进入；管理员请检查代理是否设置了请求头 {header}。", f"Come in by the office's own entrance; the proxy must set the header {header}.",
        )  # fmt: skip
    return _account(name, "header")


def _by_provider() -> User | Refusal:
    if not _has_auth():
        return Refusal(
            "unconfigured", "选择了统一认证登录，但还没有配置。", "Sign-in by a provider is chosen but not configured.",
            "请在 .streamlit/secrets.toml 的 [auth] 中写明认证服务，再启动。", "Describe the provider under [auth] in .streamlit/secrets.toml and start again.",
        )  # fmt: skip
    if not st.user.get("is_logged_in"):
        return Refusal(
            "signed_out", "请先登录。", "Please sign in.", "用单位的统一认证账号登录。", "Sign in with your office account.", "login"
        )
    now = time.time()
    until, since = _moment("exp"), _moment("auth_time") or _moment("iat")
    last = st.session_state.get(LAST_SEEN, now)
    if until is None or until <= now or now - last > IDLE_S:
        return Refusal(
            "expired", "登录已过期。", "Your login has expired.",
            "请重新登录；已保存的决定都在，没有丢失。", "Sign in again; every decision that was saved is there.", "login",
        )  # fmt: skip
    st.session_state[LAST_SEEN] = now
    claim = os.environ.get("DOORPLATE_USER_CLAIM", "sub")
    return _account(str(st.user.get(claim) or ""), "oidc", since, until)


def _account(name: str, mode: Mode, since: float | None = None, until: float | None = None) -> User | Refusal:
    """The account as the casebook knows it: whom it does not know gets nothing, and is told whom to ask."""
    every = accounts.known_accounts()
    if every is None:
        return Refusal(
            "no_casebook", "没有找到案卷库，无法确认您的权限。", "There is no casebook, so nobody's rights are known.",
            "请管理员检查 DOORPLATE_CASEBOOK 指向的文件，或从备份恢复。", "The administrator checks the file DOORPLATE_CASEBOOK names, or restores a backup.",
        )  # fmt: skip
    one = next((a for a in every if a.user_id == name), None)
    if one is None or not one.roles:
        asked = "、".join(accounts.administrators()) or "管理员"
        return Refusal(
            "unknown", f"账号 {name} 还没有本系统的权限。", f"The account {name} has no rights here.",
            f"请联系{asked}，把账号 {name} 加入并授予职责和村。", f"Ask {asked} to add the account {name} and to grant it a role and its villages.",
        )  # fmt: skip
    return _user(one, mode, since, until)


def _user(one: Account, mode: Mode, since: float | None = None, until: float | None = None) -> User:
    return User(one.user_id, one.display, one.roles, one.villages, mode, since, until)


def _exposed() -> Refusal | None:
    """The refusal where the server listens on more than this machine."""
    address = str(st.get_option("server.address") or "")
    if address in _HERE:
        return None
    return Refusal(
        "exposed", f"这种登录方式只能在只监听本机的服务上使用，而服务监听在 {address or '所有网卡'}。",
        f"This way to sign in needs a server that listens on this machine only; it listens on {address or 'every network card'}.",
        "请用 --server.address 127.0.0.1 启动；多人使用请改用 DOORPLATE_SIGN_IN=oidc。",
        "Start with --server.address 127.0.0.1, or set DOORPLATE_SIGN_IN=oidc.",
    )  # fmt: skip


def _has_auth() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def _moment(claim: str) -> float | None:
    value: Any = st.user.get(claim)
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
