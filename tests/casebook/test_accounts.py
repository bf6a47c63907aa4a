"""Accounts and grants: opened and closed through the log, never by oneself, and an admin decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.casebook import Casebook, open_casebook
from geo.errors import CasebookError, NotAllowed
from tests.casebook.filling import V1, V2, Clock


def test_the_first_account_is_founded_once(where: Path | str) -> None:
    with open_casebook(where, Clock()) as book:
        book.found("root", "账号管理岗")
        with pytest.raises(NotAllowed):
            book.found("other", "另一岗")
        assert book.accounts()["user_id"].tolist() == ["root"]
        assert book.grants()[["user_id", "role", "village_code", "granted_by"]].to_numpy().tolist() == [["root", "admin", "*", "root"]]


def test_only_an_admin_keeps_accounts(book: Casebook) -> None:
    for who in ("civil", "police_a", "clerk", "data", "leader", "nobody"):
        with pytest.raises(NotAllowed):
            book.add_account("x", "x", "police", by=who)
        with pytest.raises(NotAllowed):
            book.grant("clerk", "police", by=who)
        with pytest.raises(NotAllowed):
            book.close_account("clerk", by=who)
        with pytest.raises(NotAllowed):
            book.revoke(2, by=who)
    assert "x" not in set(book.accounts()["user_id"])


def test_an_admin_neither_grants_to_themselves_nor_holds_another_role(book: Casebook) -> None:
    with pytest.raises(NotAllowed):
        book.grant("admin", "police", by="admin")
    book.add_account("second", "第二管理岗", "admin", by="admin")
    book.grant("second", "admin", by="admin")
    with pytest.raises(NotAllowed):
        book.grant("second", "police", by="admin")
    with pytest.raises(NotAllowed):
        book.grant("civil", "admin", by="admin")
    with pytest.raises(NotAllowed):
        book.revoke(1, by="admin")
    with pytest.raises(NotAllowed):
        book.close_account("admin", by="admin")


def test_a_revoked_grant_and_a_closed_account_end_every_right_at_once(book: Casebook) -> None:
    book.grant("clerk", "village", V2, by="admin")
    given = book.grants("clerk").set_index("village_code")["grant_id"]
    assert book.may("clerk", "plate_missing", V1)
    book.revoke(int(given[V1]), by="admin")
    assert not book.may("clerk", "plate_missing", V1)
    assert book.may("clerk", "plate_missing", V2)
    book.close_account("clerk", by="admin")
    assert not book.may("clerk", "plate_missing", V2)
    with pytest.raises(CasebookError):
        book.grant("clerk", "village", V1, by="admin")
    with pytest.raises(CasebookError):
        book.close_account("clerk", by="admin")
    with pytest.raises(CasebookError):
        book.revoke(int(given[V1]), by="admin")
    table = book.accounts().set_index("user_id")
    assert not table.loc["clerk", "active"]
    assert book.grants("clerk").set_index("grant_id").loc[given[V1], "revoked_at"] is not None


def test_names_and_roles_are_checked(book: Casebook) -> None:
    with pytest.raises(CasebookError):
        book.add_account("", "x", "police", by="admin")
    with pytest.raises(CasebookError):
        book.add_account("x", " ", "police", by="admin")
    with pytest.raises(CasebookError):
        book.add_account("x", "x", "mayor", by="admin")
    with pytest.raises(CasebookError):
        book.add_account("civil", "again", "police", by="admin")
    with pytest.raises(CasebookError):
        book.grant("nobody", "police", by="admin")


def test_every_change_of_rights_is_in_the_chain(book: Casebook) -> None:
    before = book.head().seq
    book.add_account("new", "新岗", "police", by="admin")
    grant_id = book.grant("new", "police", V1, by="admin")
    book.revoke(grant_id, by="admin")
    book.close_account("new", by="admin")
    assert book.head().seq == before + 4
