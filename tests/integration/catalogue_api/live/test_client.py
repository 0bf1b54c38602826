"""The client's way to follow the stream: it comes back by itself, to where it was."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from catalogue_client import Catalogue, RefusedError, UnreachableError
from catalogue_client.following import Passing
from catalogue_messaging.settings import KafkaSettings
from support.access import make_key
from support.api import serving
from support.listening import listening
from support.polling import eventually
from support.posting import post
from support.proxies import proxied

COMMAND = str(Path(sys.executable).with_name("catalogue"))


class StoppedError(Exception):
    """Nobody wants to follow any more."""


class Following:
    """A thread that follows until it is stopped, and its connection breaks."""

    def __init__(self, url: str, after: str) -> None:
        self.heard: list[Passing] = []
        self.told: list[str] = []
        self._is_stopping = False
        self._events = Catalogue(url, on_retry=self._tell).follow(after=after)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with suppress(StoppedError):
            for passing in self._events:
                self.heard.append(passing)

    def _tell(self, why: str) -> None:
        self.told.append(why)
        if self._is_stopping:
            raise StoppedError

    async def scores(self, number: int) -> list[float]:
        async def look() -> list[float]:
            return [passing.data["event"]["score"] for passing in self.heard]

        return await eventually(look, lambda scores: len(scores) >= number)

    async def is_told(self) -> None:
        async def look() -> list[str]:
            return self.told

        await eventually(look, bool)

    async def stop(self) -> None:
        self._is_stopping = True
        await asyncio.to_thread(self._thread.join)


async def test_a_follower_whose_connection_breaks_goes_on_where_it_was(
    live: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogue_client.following.PAUSE", 0.2)
    async with listening(live) as heard:
        place = heard.last_id
    async with proxied(str(live.base_url)) as (url, proxy):
        following = Following(url, place)
        try:
            await post(live, 0)
            await following.scores(1)
            proxy.cut()
            await post(live, 1, 2, 3)
            await following.is_told()
            proxy.mend()
            await post(live, 4)
            scores = await following.scores(5)
        finally:
            proxy.cut()
            await following.stop()

    assert sorted(scores) == [0, 1, 2, 3, 4]
    assert "once more in" in following.told[0]


async def test_a_catalogue_that_is_away_or_refuses_is_told(
    topics: KafkaSettings, database_url: str, free_port: int
) -> None:
    with pytest.raises(UnreachableError, match="gone"):
        next(Catalogue(f"http://127.0.0.1:{free_port}", patience=0).follow())
    async with serving(topics, database_url, auth="required") as api:
        key = await make_key(database_url, "events:write")
        with pytest.raises(RefusedError, match="scope read"):
            await asyncio.to_thread(lambda: next(Catalogue(str(api.base_url), key).follow()))


async def test_tail_prints_a_line_an_event_and_says_how_to_go_on(live: httpx.AsyncClient) -> None:
    def start(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [COMMAND, "tail", *arguments],
            env=os.environ | {"CATALOGUE_URL": str(live.base_url), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    beginning = "results.reported.v1:0.0.0.0.0.0"
    await post(live, 1)
    tail = start("--topic", "catalogue.results.reported.v1", "--after", beginning)
    assert tail.stdout
    line = await asyncio.to_thread(tail.stdout.readline)
    tail.send_signal(signal.SIGINT)
    _, said = await asyncio.to_thread(tail.communicate)
    assert "  ResultReported  catalogue.results.reported.v1/" in line
    assert '"score": 1.0' in line
    [*_, place] = said.split("--after ")

    await post(live, 2)
    tail = start("--json", "--after", place.strip())
    assert tail.stdout
    passing = json.loads(await asyncio.to_thread(tail.stdout.readline))
    tail.terminate()
    await asyncio.to_thread(tail.communicate)
    assert (passing["type"], passing["event"]["score"]) == ("ResultReported", 2)
