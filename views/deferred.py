"""Files that are made when somebody asks for them: Streamlit makes them in a thread of its own, which knows neither page nor person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context_attr import SCRIPT_RUN_CONTEXT_ATTR_NAME

T = TypeVar("T")


def in_session(make: Callable[[], T]) -> Callable[[], T]:
    """The same, made as if on the page that offered it: in its language, by its person, with what the session holds.

    The thread is lent: what it knew before it knows again afterwards, so that the next file is not made in this person's name.
    """
    page = get_script_run_ctx(suppress_warning=True)

    def made() -> T:
        thread = threading.current_thread()
        before = getattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, None)
        if page is None or before is page:
            return make()
        add_script_run_ctx(thread, page)
        try:
            return make()
        finally:
            setattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME, before)

    return made
