"""The client and its command send the key that they are given."""

import asyncio
import os
import subprocess
import sys

import httpx
import pytest
from catalogue_client import Catalogue, RefusedError
from support.access import make_key


async def test_the_client_sends_its_key(guarded: httpx.AsyncClient, database_url: str, model: str) -> None:
    key = await make_key(database_url, "events:write")
    event = {"type": "OpinionSubmitted", "model": model, "content": "Good."}

    def send(key: str | None) -> int:
        with Catalogue(str(guarded.base_url), key) as catalogue:
            return len(catalogue.send([event]))

    assert await asyncio.to_thread(send, key) == 0
    with pytest.raises(RefusedError, match="Who are you"):
        await asyncio.to_thread(send, None)


async def test_the_command_takes_it_from_the_environment(
    guarded: httpx.AsyncClient, database_url: str
) -> None:
    key = await make_key(database_url, "read")

    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from catalogue_client.commands import main; main()", "unresolved"]
        kept = {name: value for name, value in os.environ.items() if name != "CATALOGUE_API_KEY"}
        given = kept | {"CATALOGUE_URL": str(guarded.base_url)} | environment
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)

    assert (await asyncio.to_thread(run, CATALOGUE_API_KEY=key)).returncode == 0
    refused = await asyncio.to_thread(run)
    assert refused.returncode != 0
    assert "Who are you" in refused.stderr
    assert "Traceback" not in refused.stderr
