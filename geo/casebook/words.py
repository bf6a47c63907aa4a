"""Every word of the casebook, declared once: roles, statuses, and what people can say of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Role:
    """An office or post that holds rights: `acts` where it may decide cases, never for leader and admin."""

    name: str
    zh: str
    en: str
    acts: bool


@dataclass(frozen=True)
class Status:
    """Where a case stands, and whose turn it is then.

    turn
        Office that must do something next; `card` is the office on the finding's card, null is nobody.
    elsewhere
        Pairs (kind of object, office) for which it is somebody else's turn.
    silent
        Stays silent while the evidence does not change and `until` has not passed.
    """

    name: str
    zh: str
    en: str
    turn: str | None
    silent: bool = False
    elsewhere: tuple[tuple[str, str], ...] = ()

    def turn_of(self, subject: str, office: str) -> str | None:
        """Whose turn it is for a finding about this kind of object, with this office on its card; null is nobody's."""
        turn = dict(self.elsewhere).get(subject, self.turn)
        return office if turn == "card" else turn


@dataclass(frozen=True)
class Verb:
    """One thing a person can say of a case.

    key
        Digit on the keyboard, empty where there is none.
    to
        Status it leads to; null where the status stays.
    before
        Statuses it can be said in; a case that needs to be looked at again counts as open.
    codes
        Findings it fits; null means every finding whose subject is in `subjects`.
    subjects
        Kinds of object it fits; null means all.
    offices
        Roles that may say it.
    needs
        What must be given: `reason`, `document` or keys of the payload; `a|b` is at least one of several.
    takes
        Further keys the payload may hold.
    """

    name: str
    zh: str
    en: str
    key: str
    to: str | None
    before: frozenset[str]
    codes: frozenset[str] | None
    subjects: frozenset[str] | None
    offices: tuple[str, ...]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    @property
    def turn(self) -> str | None:
        """Whose turn it is after it: an office, `card` (the office on the finding's card) or null; also where the status stays."""
        return STATUSES[self.to].turn if self.to else "card"

    def fits(self, code: str, subject: str) -> bool:
        """Whether it can be said of findings of this code about this kind of object at all."""
        return (self.codes is None or code in self.codes) and (self.subjects is None or subject in self.subjects)


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        r.name: r
        for r in (
            Role("civil_affairs", "民政", "civil affairs", True),
            Role("police", "公安", "police", True),
            Role("village", "村居", "village", True),
            Role("surveyor", "测绘", "surveyor", True),
            Role("data", "数据", "data office", True),
            Role("leader", "领导", "leader", False),
            Role("admin", "管理员", "accounts only", False),
        )
    }
)
ACTING = tuple(name for name, role in ROLES.items() if role.acts)
"""Roles that may decide, in the order in which the role of a person who holds several is chosen."""

STATUSES: Mapping[str, Status] = MappingProxyType(
    {
        s.name: s
        for s in (
            Status("open", "待处理", "open", "card"),
            Status("plate_missing", "确认缺牌", "plate is missing", "civil_affairs"),
            Status("number_proposed", "已拟号", "number proposed", "civil_affairs"),
            Status("plate_ordered", "已制牌", "plate ordered", "village"),
            Status("plate_installed", "已安装", "plate installed", None),
            Status("exempted", "不编号", "needs no number", None, silent=True),
            Status("dangling_confirmed", "确认空挂", "plate hangs on nothing", "civil_affairs"),
            Status("demolished_confirmed", "确认已拆", "demolished", "police", elsewhere=(("plate", "civil_affairs"), ("building", "surveyor"))),
            Status("error_confirmed", "确认误登", "entered in error", "card"),
            Status("standing_confirmed", "确认仍在", "still standing", "surveyor"),
            Status("false_alarm", "误报", "false alarm", None, silent=True),
            Status("link_confirmed", "对应已确认", "link confirmed", None),
            Status("link_rejected", "对应已否定", "link rejected", None),
            Status("cancellation_requested", "已申请注销", "cancellation requested", "police"),
            Status("cancellation_approved", "已同意注销", "cancellation approved", "police"),
            Status("fixed", "已消除", "fixed", None),
        )
    }
)
"""`fixed` is never decided: the newest run that looked there no longer finds it. What people decided before stays underneath."""

NUMBERING = frozenset({
    "unplated_building", "plate_not_installed", "address_without_plate", "inhabited_unplated", "temporary_unplated", "temporary_overdue",
    "damaged_plate", "old_plate", "text_conflict", "several_plates", "plate_for_many_buildings", "duplicate_number", "number_out_of_order",
    "misplaced_plate", "old_village_name", "status_conflict", "rebuilt", "undecided_plate", "unregistered_plate",
})  # fmt: skip
"""Findings that end with another plate on a wall."""
EXEMPTABLE = frozenset({
    "unplated_building", "plate_not_installed", "inhabited_unplated", "temporary_unplated", "address_without_plate", "rebuilt",
    "suspected_new_building", "changed_footprint",
})  # fmt: skip
DANGLING = frozenset({"dangling_plate", "plate_on_demolished", "unregistered_plate", "undecided_plate", "misplaced_plate", "damaged_plate", "old_plate"})
GONE = frozenset({
    "demolished_vacant", "demolished_occupied", "temporary_gone", "virtual_address", "surplus_rooms", "people_on_nothing", "suspected_demolition",
    "plate_on_demolished", "dangling_plate", "undecided_address", "misplaced_address", "status_conflict", "rebuilt", "unplated_building",
    "plate_not_installed", "address_without_plate", "changed_footprint", "empty_dwelling",
})  # fmt: skip
"""Findings of which a person can say that the house is gone, or that it still stands."""
CANCELLABLE = frozenset({
    "demolished_vacant", "demolished_occupied", "temporary_gone", "virtual_address", "surplus_rooms", "people_on_nothing", "duplicate_address",
    "status_conflict",
})  # fmt: skip
"""Findings about a register address that may end with its cancellation."""
LINKED = frozenset({
    "undecided_plate", "undecided_address", "misplaced_plate", "misplaced_address", "text_conflict", "unlocated_address", "virtual_address",
    "dangling_plate", "unregistered_plate", "address_without_plate", "several_plates", "plate_for_many_buildings", "duplicate_number",
    "duplicate_address", "plate_not_installed", "unplated_building", "inhabited_unplated", "stacked_addresses", "village_mismatch",
    "number_out_of_order",
})  # fmt: skip
PLATED = NUMBERING | DANGLING
_OBJECTS = frozenset({"building", "plate", "address"})
_VERDICT = frozenset({
    "open", "plate_missing", "number_proposed", "plate_ordered", "plate_installed", "exempted", "dangling_confirmed", "demolished_confirmed",
    "error_confirmed", "standing_confirmed", "false_alarm", "link_confirmed", "link_rejected",
})  # fmt: skip
_UNDER_WAY = frozenset({"open", "plate_missing", "number_proposed", "plate_ordered"})
_DECIDED = frozenset(STATUSES) - {"fixed"}
_LINK = ("building_id|plate_id|address_id",)
_LINK_KEYS = ("building_id", "plate_id", "address_id")

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        v.name: v
        for v in (
            Verb("plate_missing", "缺牌", "plate is missing", "1", "plate_missing", frozenset({"open"}), NUMBERING, None,
                 ("civil_affairs", "village")),
            Verb("plate_ordered", "已制牌", "plate ordered", "2", "plate_ordered", frozenset({"open", "plate_missing", "number_proposed"}), NUMBERING, None,
                 ("civil_affairs",)),
            Verb("plate_installed", "已安装", "plate installed", "3", "plate_installed", _UNDER_WAY, NUMBERING, None,
                 ("civil_affairs", "village"), ("photo",)),
            Verb("number_proposed", "拟号", "propose a number", "4", "number_proposed", frozenset({"open", "plate_missing", "number_proposed"}), NUMBERING, None,
                 ("civil_affairs",), ("number",), ("lon", "lat")),
            Verb("not_to_be_numbered", "不编号", "needs no number", "5", "exempted", _UNDER_WAY, EXEMPTABLE, None,
                 ("civil_affairs",), ("reason",), ("until",)),
            Verb("confirm_dangling", "确认空挂", "hangs on nothing", "6", "dangling_confirmed", frozenset({"open"}), DANGLING, frozenset({"plate"}),
                 ("civil_affairs", "village")),
            Verb("confirm_demolished", "确认已拆", "demolished", "7", "demolished_confirmed", frozenset({"open", "dangling_confirmed"}), GONE, _OBJECTS,
                 ("civil_affairs", "police", "village"), ("document",)),
            Verb("entered_in_error", "误登", "entered in error", "8", "error_confirmed", frozenset({"open", "dangling_confirmed"}), None, _OBJECTS,
                 ("civil_affairs", "police", "surveyor", "data"), ("reason",)),
            Verb("still_standing", "仍在", "still standing", "9", "standing_confirmed", frozenset({"open", "demolished_confirmed"}), GONE, _OBJECTS,
                 ("civil_affairs", "police", "village", "surveyor")),
            Verb("false_alarm", "误报", "false alarm", "0", "false_alarm", _VERDICT - {"false_alarm"}, None, None,
                 ("civil_affairs", "police", "surveyor", "data"), ("reason",), ("until",)),
            Verb("assign", "转交", "assign", "", None, _DECIDED, None, None,
                 ("civil_affairs", "police", "data"), ("to|village",), ("deadline",)),
            Verb("note", "备注", "note", "", None, _DECIDED, None, None, ACTING, ("reason",)),
            Verb("confirm_link", "确认对应", "confirm the link", "", "link_confirmed", frozenset({"open", "link_rejected"}), LINKED, None,
                 ("civil_affairs", "police", "data"), _LINK, _LINK_KEYS),
            Verb("reject_link", "否定对应", "reject the link", "", "link_rejected", frozenset({"open", "link_confirmed"}), LINKED, None,
                 ("civil_affairs", "police", "data"), ("reason", *_LINK), _LINK_KEYS),
            Verb("request_cancellation", "申请注销", "request cancellation", "", "cancellation_requested",
                 frozenset({"open", "demolished_confirmed", "error_confirmed"}), CANCELLABLE, frozenset({"address"}), ("police",), ("document",)),
            Verb("approve_cancellation", "同意注销", "approve cancellation", "", "cancellation_approved", frozenset({"cancellation_requested"}), CANCELLABLE,
                 frozenset({"address"}), ("police",)),
            Verb("refuse_cancellation", "驳回注销", "refuse cancellation", "", "open", frozenset({"cancellation_requested"}), CANCELLABLE,
                 frozenset({"address"}), ("police",), ("reason",)),
            Verb("move_plate", "改牌位", "place the plate", "", None, _DECIDED, PLATED, None,
                 ("civil_affairs", "village", "surveyor", "data"), ("lon", "lat")),
            Verb("undo", "撤销", "undo", "", None, _DECIDED, None, None, ACTING),
        )
    }
)  # fmt: skip
"""Everything that can be said of a case; `undo` may be said by whoever may say what it undoes."""

OFFICE_VERBS: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "found": ("建账", "found the casebook", ("admin",)),
        "open_account": ("开户", "open an account", ("admin",)),
        "close_account": ("销户", "close an account", ("admin",)),
        "grant": ("授权", "grant a role", ("admin",)),
        "revoke": ("收回授权", "revoke a grant", ("admin",)),
        "set_deadline": ("设期限", "set a village's deadline", ("civil_affairs", "police")),
        "publish": ("发布", "publish a run", ("data", "civil_affairs", "police")),
        "export": ("导出", "export a list", (*ACTING, "leader")),
    }
)
"""What is written into the same log without a case: zh, en, and the roles that may."""
