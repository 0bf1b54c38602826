"""A page, and all that goes on in it which should not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request

# Playwright's scripts stand outside the page's policy, and come before its own.
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} forbids ${event.blockedURI || event.sample}`));
window.__shift = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.__shift += each.value;
}).observe({type: "layout-shift", buffered: true});
"""
RENEWED = """() => new Promise((done) =>
  document.body.addEventListener("htmx:afterSettle", done, {once: true}))"""
POLLED = "[hx-trigger*='every']"


@dataclass
class Watched:
    """`complaints` has what a page should never do; `requests` all that it asked for."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    async def settled(self, *, renewed: bool = True) -> None:
        """Once the page stands: its scripts have run, and where it renews itself, it has once."""
        page = self.page
        if renewed and await page.locator(POLLED).count():
            await page.evaluate(RENEWED)
        await page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        self.complaints += await page.evaluate("window.__violations.splice(0)")

    async def shift(self) -> float:
        """How much has moved that nobody touched: Cumulative Layout Shift, of the whole time."""
        return float(await self.page.evaluate("window.__shift"))

    async def loaded(self) -> dict[str, int]:
        """Bytes as they came over the wire, by address."""
        sizes = {}
        for request in self.requests:
            size = await request.sizes()
            sizes[request.url] = size["responseBodySize"] + size["responseHeadersSize"]
        return sizes

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    async def _on_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        await dialog.dismiss()

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.origin}/"):
            self.complaints.append(f"asks another place: {request.url}")

    def listen(self) -> None:
        page = self.page
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"an exception: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("request", self._on_request)
        page.on("requestfinished", lambda request: self.requests.append(request))


@asynccontextmanager
async def watched(context: BrowserContext, url: str) -> AsyncIterator[Watched]:
    """A page of the context that has loaded the address; closed afterwards."""
    page = await context.new_page()
    parts = urlsplit(url)
    watched = Watched(page, f"{parts.scheme}://{parts.netloc}")
    watched.listen()
    await page.add_init_script(WATCH)
    try:
        await page.goto(url)
        yield watched
    finally:
        await page.close()
