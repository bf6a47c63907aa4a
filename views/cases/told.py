"""What became of an action, in words: done, or refused with who, what, when and the next step. Never a traceback."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geo.casebook import VERBS
from geo.errors import (
    CasebookBusy,
    CasebookDamaged,
    CasebookFull,
    CasebookReadOnly,
    DoorplateError,
    GuardRefused,
    NeedsReason,
    NotAllowed,
    NumberTaken,
    StaleCase,
    UnknownCase,
    WrongStep,
)
from views.language import say
from views.plain import plain

_NEXT: tuple[tuple[type[DoorplateError], str, str], ...] = (
    (StaleCase, "上面已是最新内容，请看过再定。", "Above is how the case stands now: look at it, then decide."),
    (GuardRefused, "请先核实并迁出人口，或等待新的人口统计；之后再申请。", "Move the people first or wait for new counts, then ask again."),
    (NeedsReason, "请补填后再记。", "Fill it in and try again."),
    (NotAllowed, "请由有权限的单位办理，或请系统管理员授权。", "Leave it to the office that may, or ask the administrator for the right."),
    (NumberTaken, "请按现场和编号规则另拟一个号。", "Give the house another number."),
    (WrongStep, "请按现在的状态选择下一步。", "Choose a step that fits the present status."),
    (UnknownCase, "请刷新页面。", "Reload the page."),
    (CasebookBusy, "稍等片刻再按一次；没有写入任何内容。", "Wait a moment and press again; nothing was written."),
    (CasebookFull, "请管理员清理磁盘；没有写入任何内容。", "The administrator frees the disk; nothing was written."),
    (CasebookReadOnly, "请管理员检查案卷库的权限；没有写入任何内容。", "The administrator checks the casebook's rights; nothing was written."),
    (CasebookDamaged, "请停止办理，由管理员从备份恢复。", "Stop here; the administrator restores a backup."),
)
_NONE = ("没有写入任何内容。", "Nothing was written.")


def refused(error: DoorplateError) -> tuple[str, dict[str, Any]]:
    """An error as the page keeps it until the next action: both languages, and what to do next."""
    step = next(((zh, en) for kind, zh, en in _NEXT if isinstance(error, kind)), _NONE)
    zh, en = _overtaken(error) if isinstance(error, StaleCase) else (error.zh, error.en)
    told: dict[str, Any] = {"zh": zh, "en": en, "next": step}
    if isinstance(error, GuardRefused):
        told["reasons"] = error.reasons
    return "refused", told


def _overtaken(error: StaleCase) -> tuple[str, str]:
    """Who was faster, when and with what: the page behind the words shows it already, so nobody is sent to reload it."""
    when = error.when.replace("T", " ")[:16]
    if not error.who:
        return (f"本案的依据在 {when} 变了。", f"The evidence of this case changed at {when}.") if when else ("本案刚才变了。", "This case has just changed.")
    word = next((v.en for v in VERBS.values() if v.zh == error.verb), error.verb)
    return f"{error.who} 已于 {when} 先记了“{error.verb}”。", f"{error.who} was first, at {when} ({word})."


def done(verb: str, seq: int, *, n: int = 1, called: tuple[str, str] | None = None) -> tuple[str, dict[str, Any]]:
    """A success as the page keeps it: what was said, of how many, and the number of the last entry."""
    zh, en = called or (VERBS[verb].zh, VERBS[verb].en)
    many_zh, many_en = (f"（{n} 处）", f" ({n} cases)") if n > 1 else ("", "")
    return "done", {"zh": f"已记：{zh}{many_zh}，案卷第 {seq} 号", "en": f"Recorded: {en}{many_en}, entry {seq}"}


def show(said: tuple[str, dict[str, Any]] | None) -> None:
    """The outcome of the last action, where there is one."""
    if said is None:
        return
    kind, told = said
    words = plain(say(told["zh"], told["en"]))
    if kind == "done":
        st.markdown(f"**✓** {words}")
        return
    reasons = "".join(f"\n- {plain(say(zh, en))}" for zh, en in told.get("reasons", ()))
    first = say("**没有记下**：", "**Not recorded**: ") + (say("不得注销", "may not be cancelled") + reasons if reasons else words)
    st.error(f"{first}\n\n{say('**下一步**：', '**Next**: ')}{plain(say(*told['next']))}", icon=":material/block:")
