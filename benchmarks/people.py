"""People without browsers: sessions at the app's own socket that speak Streamlit's protocol, so that the server does all it does for a browser.

A session opens a page, fetches the geometry its map is told to fetch, clicks, decides, goes on to the next case. As a
browser does, it keeps large messages and names them when it asks for a run, so that they are not sent twice. What it does
not do: load the page's scripts and draw.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from geo.casebook import VERBS
from views.cases.verdicts import ASKING

PATIENCE_S = 120.0
ARRIVING_S = 10.0
"""All people come within this long."""
DECIDE, NEXT = 0.2, 0.1
"""Of the actions on a case page these are decisions and steps to the next case; the rest are clicks on the map."""
_MAP = "streamlit_folium.st_folium"
_SCENE = re.compile(r'"url":"([^"]*scene[^"]*)"')
_KEY = re.compile(r"^\$\$ID-[0-9a-f]+-(.*)$", re.DOTALL)


@dataclass(frozen=True)
class Took:
    """One action: arrive, village, click, decide or next, the seconds until its run had ended, and when that was (time.perf_counter)."""

    what: str
    seconds: float
    ended_s: float


@dataclass(frozen=True)
class Place:
    """Where a person works: the page, the name of the village in its list, and what is clicked there, as (kind, id)."""

    path: str
    village: str
    clicks: Sequence[tuple[str, str]]


def crowd(url: str, places: Sequence[Place], *, people_n: int, think_s: float, for_s: float) -> Future[list[Took]]:
    """People at work, in a thread of their own; what each action took, of all together.

    Parameters
    ----------
    url
        Address of the app.
    places
        Where people work, one after the other.
    people_n
        Sessions at once.
    think_s
        Mean time between an answer and the next action (exponential, as people are).
    for_s
        How long everybody goes on after the last has come.
    """
    beside = ThreadPoolExecutor(1)  # the browser of the caller keeps an event loop in its thread
    done = beside.submit(asyncio.run, _people(url, places, people_n, think_s, for_s))
    beside.shutdown(wait=False)
    return done


async def _people(url: str, places: Sequence[Place], people_n: int, think_s: float, for_s: float) -> list[Took]:
    until = time.monotonic() + for_s + ARRIVING_S
    told = await asyncio.gather(
        *(_person(url, places[seed % len(places)], think_s, ARRIVING_S * seed / people_n, until, seed) for seed in range(people_n))
    )
    return [one for own in told for one in own]


async def _person(url: str, place: Place, think_s: float, after_s: float, until: float, seed: int) -> list[Took]:
    dice = random.Random(seed)
    await asyncio.sleep(after_s)
    took: list[Took] = []
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    protocol = websockets.Subprotocol("streamlit")
    async with websockets.connect(address, max_size=None, subprotocols=[protocol], open_timeout=PATIENCE_S) as line:
        sitting = Sitting(line, url, place.path)
        took.append(await sitting.timed("arrive", sitting.run()))
        if place.village in sitting.options.get("village_box", ()):
            took.append(await sitting.timed("village", sitting.choose("village_box", place.village)))
        while time.monotonic() < until:
            await asyncio.sleep(dice.expovariate(1 / think_s))
            took.append(await _act(sitting, place, dice))
    return took


async def _act(sitting: Sitting, place: Place, dice: random.Random) -> Took:
    """One action: where a verdict that asks nothing stands ready, it is given now and then."""
    ready = [key for key in sorted(sitting.ids) if _asks_nothing(key)]
    chance = dice.random()
    if ready and chance < DECIDE:
        return await sitting.timed("decide", sitting.press(dice.choice(ready)))
    if "next" in sitting.ids and chance < DECIDE + NEXT:
        return await sitting.timed("next", sitting.press("next"))
    return await sitting.timed("click", sitting.click(*dice.choice(place.clicks)))


def _asks_nothing(key: str) -> bool:
    verb = VERBS.get(key.removeprefix("say_")) if key.startswith("say_") else None
    return verb is not None and not verb.needs and verb.name not in ASKING


@dataclass
class Sitting:
    """One session: what its page shows just now, by the keys of its widgets."""

    line: websockets.ClientConnection
    url: str
    path: str
    ids: dict[str, str] = field(default_factory=dict)
    options: dict[str, tuple[str, ...]] = field(default_factory=dict)
    map_id: str = ""
    fragment: str = ""
    scene: str = ""
    received: int = 0
    _kept: dict[str, None] = field(default_factory=dict)
    _values: dict[str, WidgetState] = field(default_factory=dict)
    _clicks: int = 0

    async def timed(self, what: str, action: asyncio.Future[None] | object) -> Took:
        """An action and what it took."""
        began = time.perf_counter()
        await action  # type: ignore[misc]
        ended = time.perf_counter()
        return Took(what, ended - began, ended)

    async def click(self, kind: str, one_id: str) -> None:
        """A click on the map."""
        self._clicks += 1
        event = {"kind": kind, "id": one_id, "n": f"{time.time_ns()}.{self._clicks}"}
        await self.run(WidgetState(id=self.map_id, json_value=json.dumps(event)))

    async def press(self, key: str) -> None:
        """A button."""
        await self.run(WidgetState(id=self.ids[key], trigger_value=True))

    async def choose(self, key: str, option: str) -> None:
        """Another option of a select box."""
        await self.run(WidgetState(id=self.ids[key], string_value=option))

    async def run(self, *changed: WidgetState) -> None:
        """One run of the page's script, or of its part with the map, until it has ended and the geometry it asks for is there."""
        back = BackMsg()
        back.rerun_script.page_name = self.path.strip("/")
        back.rerun_script.context_info.url = self.url + self.path
        back.rerun_script.context_info.timezone = "Asia/Shanghai"
        back.rerun_script.cached_message_hashes.extend(self._kept)
        if changed:
            back.rerun_script.fragment_id = self.fragment
        self._values.update({one.id: one for one in changed})
        back.rerun_script.widget_states.widgets.extend(self._values.values())
        self._values = {key: one for key, one in self._values.items() if one.WhichOneof("value") != "trigger_value"}
        await self.line.send(back.SerializeToString())
        self.ids, self.options, before = {}, {}, self.scene
        while not self._take(await asyncio.wait_for(self.line.recv(), PATIENCE_S)):
            pass
        if self.scene != before:
            await asyncio.to_thread(_fetch, self.url + self.scene.replace("../..", "", 1))

    def _take(self, data: str | bytes) -> bool:
        """One message; whether it ends the run."""
        message = ForwardMsg()
        message.ParseFromString(data if isinstance(data, bytes) else data.encode())
        self.received += len(data)
        if message.metadata.cacheable:
            self._kept[message.hash] = None
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message)
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _see(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = str(element.WhichOneof("type"))
        widget = getattr(element, kind)
        if kind == "component_instance" and widget.component_name == _MAP:
            self.map_id, self.fragment = widget.id, message.delta.fragment_id
            found = _SCENE.search(json.loads(widget.json_args)["feature_group"])
            self.scene = found[1].replace("\\u0026", "&") if found else ""
        elif (named := _KEY.match(str(getattr(widget, "id", "")))) and not getattr(widget, "disabled", False):
            self.ids[named[1]] = widget.id
            if kind == "selectbox":
                self.options[named[1]] = tuple(widget.options)


def _fetch(url: str) -> None:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        answer.read()
