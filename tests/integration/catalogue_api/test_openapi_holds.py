"""Requests made from the whole OpenAPI document: whatever they are, none is answered 5xx."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

TESTS = Path(__file__).parents[2]
EXAMPLES = os.environ.get("CATALOGUE_ABUSE_EXAMPLES", "3")
"""Requests of each kind for each operation; `make test-abuse` sends more."""


@pytest.mark.timeout(900)  # thousands of requests
async def test_no_generated_request_is_answered_5xx(api: httpx.AsyncClient) -> None:
    for model in ("a", "a/b"):
        await api.post("/v1/models", json={"name": model, "organization": "o"})
    await api.post("/v1/benchmarks", json={"name": "a"})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{api.base_url}/openapi.json"),
        *("--max-examples", EXAMPLES, "--checks", "not_a_server_error", "--seed", "1"),
        *("--phases", "coverage,fuzzing", "--no-color", "--suppress-health-check", "all"),
        env=os.environ | {"SCHEMATHESIS_HOOKS": "support.generated_requests", "PYTHONPATH": str(TESTS)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await process.communicate())[0].decode()

    assert process.returncode == 0, printed
    [generated] = re.findall(r"(\d+) generated", printed)
    assert int(generated) > 100, printed
