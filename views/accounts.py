"""The accounts of the casebook as the app needs them: who they are, what they may see, and sample accounts to try it with."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo.casebook import Casebook
from geo.casebook.words import ROLES
from views import casebook
from views.language import say

FRESH_S = 2
"""Grants are read again after this long; the casebook checks them anew at every action."""
SAMPLE: Mapping[str, tuple[str, str]] = {
    "civil-affairs": ("civil_affairs", "民政办"),
    "police": ("police", "派出所"),
    "police-2": ("police", "派出所（复核）"),
    "village": ("village", "村委会"),
    "surveyor": ("surveyor", "测绘队"),
    "data": ("data", "数据岗"),
    "leader": ("leader", "分管领导"),
}
"""Accounts of a single computer: role and the office they stand for. The administrator comes on top."""
_making = threading.Lock()


@dataclass(frozen=True)
class Account:
    """One open account with what it was granted: roles in the order of ROLES, village codes or ("*",)."""

    user_id: str
    display: str
    roles: tuple[str, ...]
    villages: tuple[str, ...]


def role_codes() -> tuple[str, ...]:
    """Every role, in order."""
    return tuple(ROLES)


def role_name(code: str) -> str:
    """What a role is called in the language of the page."""
    return say(ROLES[code].zh, ROLES[code].en) if code in ROLES else code


def open_accounts(folder: Path | None = None) -> tuple[Account, ...]:
    """Every open account, by id; none where there is no casebook."""
    return known_accounts(folder) or ()


def known_accounts(folder: Path | None = None) -> tuple[Account, ...] | None:
    """Every open account, by id; null where there is no casebook to know any from."""
    book = casebook.book(folder)
    if book is None:
        return None
    with _making:  # half of the sample accounts are seen by nobody
        pass
    return _accounts(book, where=str(book.store.where))


def administrators() -> tuple[str, ...]:
    """Names of the accounts that may grant."""
    return tuple(one.display for one in open_accounts() if "admin" in one.roles)


def forget() -> None:
    """Look accounts and grants up anew, after a change."""
    _accounts.clear()


@st.cache_resource(ttl=FRESH_S, max_entries=8, show_spinner=False)
def _accounts(_book: Casebook, *, where: str) -> tuple[Account, ...]:
    del where
    known, granted = _book.accounts(), _book.grants()
    granted = granted[granted["revoked_at"].isna()]
    return tuple(_one(row, granted[granted["user_id"] == row["user_id"]]) for row in known[known["active"]].to_dict("records"))


def _one(row: dict[Hashable, Any], granted: pd.DataFrame) -> Account:
    roles, villages = set(granted["role"]), set(granted["village_code"].astype("str"))
    every = ("*",) if "*" in villages else tuple(sorted(villages))
    return Account(str(row["user_id"]), str(row["display"]), tuple(code for code in ROLES if code in roles), every)


def make_sample_accounts(folder: Path | None = None) -> None:
    """One account per office and a second one for the police's four eyes; only where the casebook has no account at all."""
    book = casebook.book(folder)
    if book is None:
        return
    with _making:  # the first page and the server that warms up may come at once
        if len(book.accounts()):
            return
        book.found("admin", "系统管理")
        for user_id, (role, display) in SAMPLE.items():
            book.add_account(user_id, display, role, by="admin")
            book.grant(user_id, role, by="admin")
        forget()
