"""A real Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path() -> str:
    """The one that CHROMIUM names, else one on the PATH. Raises RuntimeError with what to do."""
    if named := os.environ.get("CHROMIUM"):
        if shutil.which(named) is None:
            raise RuntimeError(f"CHROMIUM is {named!r}, which is no program: name Chromium's own path.")
        return named
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError(
            f"The console's tests need a Chromium, and none of {', '.join(NAMES)} is on the PATH: "
            "apt install chromium, or name one with CHROMIUM=/path/to/chrome."
        )
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    # For root, as containers have it, Chromium has no sandbox; pages here are our own.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=options)
        yield browser
        await browser.close()
