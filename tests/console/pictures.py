"""The pictures in docs/pictures: the main pages with the sample in them, as a reader sees them first."""

import asyncio
import sys
import tempfile
from pathlib import Path

import httpx
from catalogue_messaging.settings import KafkaSettings
from playwright.async_api import BrowserContext
from support.chromium import chromium
from support.sample.catalogue import Sample
from support.sample.loading import load
from support.system import started_system

from console.pages import VISITS
from console.places import Places, at, find_places
from console.seeing import LOOKS, new_context
from console.watching import watched

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MAIN = {
    "home": "/",
    "model": "/models/{name:path}",
    "benchmark": "/benchmarks/{name:path}",
    "compare": "/compare",
    "value": "/value",
    "agreement": "/agreement",
    "opinions": "/opinions",
    "unresolved": "/unresolved",
    "pipeline": "/pipeline",
    "dead-letter": "/dead-letters/{letter_id}",
}
MOST = 150_000
"""Bytes of one: the repository keeps every version of each."""


async def take(context: BrowserContext, url: str, path: Path) -> None:
    """What stands in the window: a whole page would be many times as large."""
    async with watched(context, url) as page:
        await page.settled()
        size = len(await page.page.screenshot(path=path))
    sys.stdout.write(f"{size:8,}  {path}\n")
    if size > MOST:
        raise SystemExit(f"{path} has {size:,} bytes, over {MOST:,}: show less of the page.")


async def take_all(api_url: str, places: Places) -> None:
    async with chromium() as browser:
        context = await new_context(browser, LOOKS[0], reduced_motion="reduce")
        for name, template in MAIN.items():
            await take(context, api_url + at(places, VISITS[template].path), PICTURES / f"{name}.png")


async def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="catalogue-pictures-") as directory,
        started_system(Path(directory)) as system,
    ):
        kafka = KafkaSettings(bootstrap_servers=system.bootstrap_servers)
        async with httpx.AsyncClient(base_url=system.api_url, timeout=60) as api:
            await load(api, kafka, Sample())
            await take_all(system.api_url, await find_places(api))


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    asyncio.run(main())
