"""People without browsers: sessions at the app's own socket that open a page, click on the map and wait for the answer."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE_S = 120.0
MAP = "streamlit_folium.st_folium"


def people(url: str, path: str, clicks: Sequence[tuple[str, str]], *, people_n: int, think_s: float, for_s: float) -> list[float]:
    """Seconds each click took, of all people together.

    Parameters
    ----------
    url
        Address of the app.
    path
        Page with a map, e.g. "/map".
    clicks
        What is clicked, as (kind, id); each person takes them in an order of their own.
    people_n
        Sessions at once.
    think_s
        Mean time between an answer and the next click (exponential, as people are).
    for_s
        How long everybody goes on.
    """
    # In a thread of its own: the browser of the caller keeps an event loop in this one.
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, _people(url, path, clicks, people_n, think_s, for_s)).result()


async def _people(url: str, path: str, clicks: Sequence[tuple[str, str]], people_n: int, think_s: float, for_s: float) -> list[float]:
    until = time.monotonic() + for_s + people_n * 0.3
    told = await asyncio.gather(*(_person(url, path, clicks, think_s, until, seed) for seed in range(people_n)))
    return [seconds for one in told for seconds in one]


async def _person(url: str, path: str, clicks: Sequence[tuple[str, str]], think_s: float, until: float, seed: int) -> list[float]:
    dice = random.Random(seed)
    await asyncio.sleep(seed * 0.3)
    took: list[float] = []
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(
        address, max_size=None, subprotocols=[websockets.Subprotocol("streamlit")], open_timeout=PATIENCE_S
    ) as line:
        widget, fragment = await _run(line, path)
        number = 0
        while time.monotonic() < until:
            await asyncio.sleep(dice.expovariate(1 / think_s))
            number += 1
            kind, one = clicks[dice.randrange(len(clicks))]
            began = time.perf_counter()
            await _run(line, path, widget, fragment, {"kind": kind, "id": one, "n": f"{seed}.{number}"})
            took.append(time.perf_counter() - began)
    return took


async def _run(
    line: websockets.ClientConnection, path: str, widget: str = "", fragment: str = "", click: dict[str, str] | None = None
) -> tuple[str, str]:
    """One run of the page's script, or of the part with the map; the ids of the map's widget and of that part."""
    back = BackMsg()
    back.rerun_script.page_name = path.strip("/")
    back.rerun_script.context_info.url = "http://127.0.0.1" + path
    if click is not None:
        back.rerun_script.fragment_id = fragment
        state = back.rerun_script.widget_states.widgets.add()
        state.id, state.json_value = widget, json.dumps(click)
    await line.send(back.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await asyncio.wait_for(line.recv(), PATIENCE_S))
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.new_element.WhichOneof("type") == "component_instance":
            component = message.delta.new_element.component_instance
            if component.component_name == MAP:
                widget, fragment = component.id, message.delta.fragment_id
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return widget, fragment
