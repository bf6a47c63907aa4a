"""The accounts of the casebook as the app needs them: who they are, what they may see, and sample accounts to try it with."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from views.language import say

FRESH_S = 2
"""Grants are read again after this long; the casebook checks them anew at every action."""
OFFICES: tuple[tuple[str, str, str], ...] = (
    ("civil_affairs", "民政办", "Civil affairs"),
    ("police", "派出所", "Police"),
    ("village", "村委会", "Village"),
    ("surveyor", "测绘队", "Surveyor"),
    ("data", "数据岗", "Data"),
    ("leader", "分管领导", "Leader"),
    ("admin", "系统管理", "Administrator"),
)
"""Roles with the names the app gives them, in the order of the casebook."""


@dataclass(frozen=True)
class Account:
    """One open account with what it was granted: roles in the order of OFFICES, village codes or ("*",)."""

    user_id: str
    display: str
    roles: tuple[str, ...]
    villages: tuple[str, ...]


def role_codes() -> tuple[str, ...]:
    """Every role, in order."""
    return tuple(code for code, _, _ in OFFICES)


def role_name(code: str) -> str:
    """What a role is called in the language of the page."""
    return next((say(zh, en) for known, zh, en in OFFICES if known == code), code)


def book() -> Any:
    """The casebook of this process; None where none is named."""
    if importlib.util.find_spec("views.casebook") is None:
        return None
    return importlib.import_module("views.casebook").book()


def has_casebook() -> bool:
    """Whether a casebook is there to know accounts from."""
    return book() is not None


def open_accounts() -> tuple[Account, ...]:
    """Every open account, by id; none where there is no casebook."""
    return () if book() is None else _accounts(str(id(book())))


def administrators() -> tuple[str, ...]:
    """Names of the accounts that may grant."""
    return tuple(one.display for one in open_accounts() if "admin" in one.roles)


@st.cache_data(ttl=FRESH_S, max_entries=8, show_spinner=False)
def _accounts(where: str) -> tuple[Account, ...]:
    del where
    known, granted = book().accounts(), book().grants()
    return tuple(_one(row, granted[granted["user_id"] == row["user_id"]]) for row in known.sort_values("user_id").to_dict("records"))


def _one(row: dict[str, Any], granted: pd.DataFrame) -> Account:
    roles = set(granted["role"])
    villages = set(granted["village"].fillna("*").astype(str))
    every = ("*",) if "*" in villages else tuple(sorted(villages))
    return Account(str(row["user_id"]), str(row["display"]), tuple(code for code in role_codes() if code in roles), every)


def make_sample_accounts() -> None:
    """One account per office, to try the app with; refused where the casebook already has accounts."""
    if open_accounts():
        return
    one = book()
    one.found("admin", "系统管理")
    for role, name, _ in OFFICES[:-1]:
        one.add_account(role, name, role, by="admin")
        one.grant(role, role, by="admin")
    one.add_account("police-2", "派出所（复核）", "police", by="admin")
    one.grant("police-2", "police", by="admin")
    _accounts.clear()
