"""The errors of the engine: a bad *file* or *setting* raises; a bad row is quarantined; a bad world is a finding.

DoorplateError
├── ProjectError        the folder or its doorplate.toml cannot be used
├── SourceError         one file cannot be read as what it claims to be
│   └── CrsError        a layer's coordinate system cannot be told
├── ProfileError        a threshold, severity or habit is unknown or out of range
├── FontError           no Chinese font for printed sheets
├── ResultError         an output folder is not a complete result of `verify`
└── CasebookError       people's decisions: refused, or not to be written now; nothing was written
    ├── StaleCase, NotAllowed, GuardRefused, NeedsReason, WrongStep, UnknownCase    this decision is refused
    ├── PublishRefused    this run looks like other data: nothing of it is shown
    └── CasebookDamaged, CasebookBusy, CasebookFull, CasebookReadOnly               the casebook itself
"""

from __future__ import annotations


class DoorplateError(Exception):
    """What the user must know and do, in Chinese and English.

    Parameters
    ----------
    zh, en
        The same message twice: which file, row or column, what is wrong, what to do. Never a person's data.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class ProjectError(DoorplateError):
    """The project folder or its doorplate.toml cannot be used."""


class SourceError(DoorplateError):
    """One file cannot be read as what it claims to be."""


class CrsError(SourceError):
    """A layer's coordinate system cannot be told; the user must name it in doorplate.toml."""


class ProfileError(DoorplateError):
    """A threshold, severity or regional habit is unknown or out of range."""


class ResultError(DoorplateError):
    """A folder is not a complete result of `doorplate verify`."""


class FontError(DoorplateError):
    """No Chinese font is on this machine, so that a printed sheet would show empty boxes; install one or name a file."""


class CasebookError(DoorplateError):
    """Something about the casebook; its message says what to do."""


class StaleCase(CasebookError):
    """The case or its evidence changed since the person looked at it.

    Parameters
    ----------
    who, verb, when
        Display name of the office or post that changed it, what it said, ISO time; who and verb are empty where a run changed the evidence.
    """

    def __init__(self, who: str, verb: str, when: str) -> None:
        moment = when.replace("T", " ")[:16]
        if who:
            super().__init__(f"{who} 已于 {moment} 处理本案（{verb}），请刷新后再定。", f"{who} decided this case at {moment} ({verb}): look again, then decide.")
        else:
            super().__init__(f"本案依据已于 {moment} 更新，请刷新后再定。", f"The evidence of this case changed at {moment}: look again, then decide.")
        self.who = who
        self.verb = verb
        self.when = when


class NotAllowed(CasebookError):
    """The account may not do this here."""


class GuardRefused(CasebookError):
    """The address may not be cancelled: somebody may be registered there, or nobody can tell.

    Parameters
    ----------
    reasons
        Pairs (zh, en), without numbers below 5.
    """

    def __init__(self, reasons: tuple[tuple[str, str], ...]) -> None:
        super().__init__("不得注销：" + "；".join(zh for zh, _ in reasons), "May not be cancelled: " + "; ".join(en for _, en in reasons))
        self.reasons = reasons


class NeedsReason(CasebookError):
    """A reason, document or value that this decision needs is missing or not usable."""


class NumberTaken(CasebookError):
    """Another house was given this number since it was found to be free."""


class WrongStep(CasebookError):
    """What was said does not fit where the case stands.

    Parameters
    ----------
    status, verb
        Where the case stands and what was said, by name.
    """

    def __init__(self, status: str, verb: str, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.status = status
        self.verb = verb


class UnknownCase(CasebookError, KeyError):
    """No case of this id was ever published."""

    __str__ = Exception.__str__


class PublishRefused(CasebookError):
    """A run looks as if it were of other data than the runs before: a person must look, and may confirm it."""


class CasebookDamaged(CasebookError):
    """The file or its log is not what was written: restore a backup."""


class CasebookBusy(CasebookError):
    """Somebody else is writing, or the database does not answer: nothing was written, try again."""


class CasebookFull(CasebookError):
    """The disk is full: nothing was written."""


class CasebookReadOnly(CasebookError):
    """The casebook cannot be written here: nothing was written."""
