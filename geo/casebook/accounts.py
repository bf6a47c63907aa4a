"""Who may do what where: accounts, grants of role x village, and the question the store asks before every decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Select, insert, select, update
from sqlalchemy.orm import aliased

from geo.casebook.log import append
from geo.casebook.schema import account, decision, role_grant
from geo.casebook.store import Store
from geo.casebook.words import ACTING, OFFICE_VERBS, ROLES, VERBS
from geo.errors import CasebookError, NotAllowed

EVERYWHERE = "*"


@dataclass(frozen=True)
class Rights:
    """What one account may do now: display, office, whether it is open, and pairs (role, village code or `*`)."""

    user_id: str
    display: str
    office: str
    active: bool
    grants: tuple[tuple[str, str], ...]

    def roles_in(self, village_code: str | None) -> tuple[str, ...]:
        """Roles held in a village ('' is what lies in none, null is anywhere), in the order of ROLES; a closed account holds none."""
        here = {role for role, village in self.grants if village_code is None or village in {EVERYWHERE, village_code}}
        return tuple(role for role in ROLES if role in here) if self.active else ()

    def role_for(self, verb: str, village_code: str) -> str | None:
        """The role in which this account may say a verb of a case in a village; null where it may not."""
        offices = ACTING if verb == "undo" else VERBS[verb].offices
        return next((role for role in offices if ROLES[role].acts and role in self.roles_in(village_code)), None)


def found(store: Store, user_id: str, display: str) -> None:
    """Make the first account, with the role admin; only on a casebook that nobody has an account of.

    Raises
    ------
    NotAllowed
        The casebook has accounts: its admin adds more.
    """
    _check_names(user_id, display)
    with store.writing() as connection:
        if connection.execute(select(account.c.user_id).limit(1)).first() is not None:
            raise NotAllowed("案卷已有账号，请由管理员开户。", "The casebook has accounts: its admin opens more.")
        draft = {"verb": "found", "by": user_id, "office": "admin", "payload": {"user_id": user_id, "display": display}}
        (row,) = append(connection, [draft], now=store.now())
        connection.execute(insert(account), {"user_id": user_id, "display": display, "office": "admin", "opened_seq": row["seq"]})
        given = {"user_id": user_id, "role": "admin", "village_code": EVERYWHERE, "granted_by": user_id, "granted_seq": row["seq"]}
        connection.execute(insert(role_grant), {"grant_id": 1, **given})


def add_account(store: Store, user_id: str, display: str, office: str, *, by: str) -> None:
    """Open an account; it may do nothing until it is granted a role.

    Parameters
    ----------
    display
        Name of an office or post, as it is shown beside decisions.
    office
        One of ROLES.
    """
    _check_names(user_id, display)
    _check_role(office)
    with store.writing() as connection:
        _as_admin(connection, by)
        if connection.execute(select(account.c.user_id).where(account.c.user_id == user_id)).first() is not None:
            raise CasebookError(f"账号 {user_id} 已存在。", f"Account {user_id} exists already.")
        draft = {"verb": "open_account", "by": by, "office": "admin", "payload": {"user_id": user_id, "display": display, "office": office}}
        (row,) = append(connection, [draft], now=store.now())
        connection.execute(insert(account), {"user_id": user_id, "display": display, "office": office, "opened_seq": row["seq"]})


def close_account(store: Store, user_id: str, *, by: str) -> None:
    """Close an account for good; what it decided stays. The last admin cannot be closed, nor anybody by themselves."""
    with store.writing() as connection:
        _as_admin(connection, by)
        rights = read_rights(connection, [user_id]).get(user_id)
        if rights is None or not rights.active:
            raise CasebookError(f"没有账号 {user_id}，或已销户。", f"There is no open account {user_id}.")
        if user_id == by:
            raise NotAllowed("不能注销自己的账号。", "Nobody closes their own account.")
        (row,) = append(connection, [{"verb": "close_account", "by": by, "office": "admin", "payload": {"user_id": user_id}}], now=store.now())
        connection.execute(update(account).where(account.c.user_id == user_id).values(closed_seq=row["seq"]))


def grant(store: Store, user_id: str, role: str, village_code: str = EVERYWHERE, *, by: str) -> int:
    """Give a role in a village (`*`: everywhere) and answer the grant's id.

    Raises
    ------
    NotAllowed
        Not an admin, to oneself, or admin together with any other role: who opens accounts decides nothing.
    """
    _check_role(role)
    with store.writing() as connection:
        _as_admin(connection, by)
        rights = read_rights(connection, [user_id]).get(user_id)
        if rights is None or not rights.active:
            raise CasebookError(f"没有账号 {user_id}，或已销户。", f"There is no open account {user_id}.")
        if user_id == by:
            raise NotAllowed("不能给自己授权。", "Nobody grants a role to themselves.")
        if any((held == "admin") != (role == "admin") for held, _ in rights.grants):
            raise NotAllowed("管理员只管账号，不得兼任其他角色。", "An admin keeps accounts and holds no other role.")
        last = connection.execute(select(role_grant.c.grant_id).order_by(role_grant.c.grant_id.desc()).limit(1)).scalar()
        given = {"grant_id": (last or 0) + 1, "user_id": user_id, "role": role, "village_code": village_code}
        (row,) = append(connection, [{"verb": "grant", "by": by, "office": "admin", "payload": given}], now=store.now())
        connection.execute(insert(role_grant), {**given, "granted_by": by, "granted_seq": row["seq"]})
        return int(given["grant_id"])


def revoke(store: Store, grant_id: int, *, by: str) -> None:
    """Take a grant back; what was decided with it stays. Nobody takes back the last admin's."""
    with store.writing() as connection:
        _as_admin(connection, by)
        row = connection.execute(select(role_grant).where(role_grant.c.grant_id == grant_id)).mappings().first()
        if row is None or row["revoked_seq"] is not None:
            raise CasebookError(f"没有授权 {grant_id}，或已收回。", f"There is no grant {grant_id} in force.")
        if row["user_id"] == by:
            raise NotAllowed("不能收回自己的授权。", "Nobody revokes their own grant.")
        (logged,) = append(connection, [{"verb": "revoke", "by": by, "office": "admin", "payload": {"grant_id": grant_id}}], now=store.now())
        connection.execute(update(role_grant).where(role_grant.c.grant_id == grant_id).values(revoked_seq=logged["seq"]))


def accounts(store: Store) -> pd.DataFrame:
    """Every account ever opened: user_id, display, office, active, opened_at, closed_at (null: open)."""
    opened, closed = aliased(decision), aliased(decision)
    query = (
        select(account.c.user_id, account.c.display, account.c.office, opened.c.at.label("opened_at"), closed.c.at.label("closed_at"))
        .join(opened, opened.c.seq == account.c.opened_seq)
        .join(closed, closed.c.seq == account.c.closed_seq, isouter=True)
    )
    out = _frame(store, query).sort_values("user_id", ignore_index=True)
    out.insert(3, "active", out["closed_at"].isna())
    return out


def grants(store: Store, user_id: str | None = None) -> pd.DataFrame:
    """Every grant ever given (of one account): grant_id, user_id, role, village_code, granted_by, granted_at, revoked_at (null: in force)."""
    given, taken = aliased(decision), aliased(decision)
    columns = (role_grant.c.grant_id, role_grant.c.user_id, role_grant.c.role, role_grant.c.village_code, role_grant.c.granted_by)
    query = (
        select(*columns, given.c.at.label("granted_at"), taken.c.at.label("revoked_at"))
        .join(given, given.c.seq == role_grant.c.granted_seq)
        .join(taken, taken.c.seq == role_grant.c.revoked_seq, isouter=True)
        .order_by(role_grant.c.grant_id)
    )
    return _frame(store, query if user_id is None else query.where(role_grant.c.user_id == user_id))


def may(store: Store, user_id: str, verb: str, village_code: str) -> bool:
    """Whether an account may say a verb of cases in a village, or do a verb of OFFICE_VERBS anywhere."""
    with store.reading() as connection:
        rights = read_rights(connection, [user_id]).get(user_id)
    if rights is None:
        return False
    if verb in OFFICE_VERBS:
        return role_for_office(rights, verb, None) is not None
    return rights.role_for(verb, village_code) is not None


def read_rights(connection: Connection, users: Iterable[str]) -> dict[str, Rights]:
    """What accounts may do, by user id; those that were never opened are absent."""
    wanted = sorted(set(users))
    held: dict[str, list[tuple[str, str]]] = {u: [] for u in wanted}
    in_force = select(role_grant.c.user_id, role_grant.c.role, role_grant.c.village_code)
    for row in connection.execute(in_force.where(role_grant.c.user_id.in_(wanted), role_grant.c.revoked_seq.is_(None)).order_by(role_grant.c.grant_id)):
        held[row.user_id].append((row.role, row.village_code))
    return {
        row.user_id: Rights(row.user_id, row.display, row.office, row.closed_seq is None, tuple(held[row.user_id]))
        for row in connection.execute(select(account).where(account.c.user_id.in_(wanted)))
    }


def role_for_office(rights: Rights, verb: str, village_code: str | None) -> str | None:
    """The role in which an account may do what concerns no case (publish, export, deadlines); null where it may not."""
    return next((role for role in OFFICE_VERBS[verb][2] if role in rights.roles_in(village_code)), None)


def require_office(connection: Connection, user_id: str, verb: str, village_code: str | None = None) -> str:
    """The role for a verb of OFFICE_VERBS; raises NotAllowed where the account holds none."""
    rights = read_rights(connection, [user_id]).get(user_id)
    role = role_for_office(rights, verb, village_code) if rights is not None else None
    if role is None:
        raise NotAllowed(f"账号 {user_id} 无权{OFFICE_VERBS[verb][0]}。", f"{user_id} may not {OFFICE_VERBS[verb][1]}.")
    return role


def _as_admin(connection: Connection, by: str) -> None:
    require_office(connection, by, "open_account")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise CasebookError(f"没有角色 {role}，可选：{'、'.join(ROLES)}", f"There is no role {role}; there are {', '.join(ROLES)}.")


def _check_names(user_id: str, display: str) -> None:
    if not user_id.strip() or not display.strip() or EVERYWHERE in user_id:
        raise CasebookError("账号和显示名称不能为空。", "An account needs an id and a name to show.")


def _frame(store: Store, query: Select[tuple[object, ...]]) -> pd.DataFrame:
    with store.reading() as connection:
        result = connection.execute(query)
        return pd.DataFrame(result.all(), columns=list(result.keys()))
