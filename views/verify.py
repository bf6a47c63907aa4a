"""One run from a project folder to a result folder, as the command line and the app's worker do it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geo.heap import give_back, share_heap

if TYPE_CHECKING:
    from geo.tables import Verification


def verify_project(project: Path, out: Path, *, as_of: str | None = None, on_step: Callable[[str], None]) -> Verification:
    """Read, standardise, verify, write.

    Parameters
    ----------
    project
        Folder with the tables and perhaps doorplate.toml.
    out
        Folder of the result; an earlier one stays until the new one is complete.
    as_of
        ISO day the rules mean by today; None: as the project says.
    on_step
        Called with the name of each step as it begins: read, standardise, those of the pipeline, write.

    Raises
    ------
    DoorplateError
        The project or one of its files cannot be used, or the result cannot be written.
    """
    from geo.export import write
    from geo.export.history import remember
    from geo.pipeline import verify
    from geo.profile import load_profile
    from geo.read import read
    from geo.standardise import standardise

    def begin(step: str) -> None:
        # what the steps before let go lies in pieces: handed back, it is not there beside what the next one needs in one
        give_back()
        on_step(step)

    share_heap()
    seconds: dict[str, float] = {}
    with uncollected():
        with timed(seconds, "read"):
            begin("read")
            raw = read(project)
            profile = load_profile(raw.settings.profile, thresholds=raw.settings.thresholds, base=project)
        with timed(seconds, "standardise"):
            begin("standardise")
            inputs = [standardise(raw, profile=profile, as_of=as_of, release=True)]
            del raw
        # given away: what the run needs no more of them it can let go
        verification = verify(inputs.pop(), profile, on_step=begin)
        verification.run["seconds"] = {**seconds, **verification.run["seconds"]}
        begin("write")
        write(verification, out)
        remember(out, as_of=f"{verification.run['as_of']:%Y-%m-%d}")
    return verification


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles of objects meanwhile: it visits every shape of the town each time, and a run leaves hardly a cycle."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    """Seconds a step took."""
    start = time.perf_counter()
    yield
    seconds[step] = round(time.perf_counter() - start, 3)
