"""The errors of the engine: a bad *file* or *setting* raises; a bad row is quarantined; a bad world is a finding.

DoorplateError
├── ProjectError        the folder or its doorplate.toml cannot be used
├── SourceError         one file cannot be read as what it claims to be
│   └── CrsError        a layer's coordinate system cannot be told
├── ProfileError        a threshold, severity or habit is unknown or out of range
├── FontError           no Chinese font for printed sheets
└── ResultError         an output folder is not a complete result of `verify`
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
