"""What there is to see of a page, looked at once for all the promises about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page

from console.watching import watched

PICTURES = Path(__file__).parents[2] / "build" / "console"
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
CONTRAST = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LAYOUT = {"type": "rule", "values": ["target-size", "scrollable-region-focusable", "meta-viewport"]}
MEASURE = """() => {
  scrollTo(1e4, 0);
  const over = scrollX;
  scrollTo(0, 0);
  const style = getComputedStyle(document.documentElement);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const headings = all("h1, h2, h3, h4, h5, h6").map((each) => Number(each.tagName[1]));
  const unnamed = all("th:not([scope])").map((each) => each.textContent);
  return {
    over, paper: style.backgroundColor, ink: style.color, headings, unnamed,
    ordered: all("[tabindex]").filter((each) => each.tabIndex > 0).length,
  };
}"""


class Look(NamedTuple):
    """`rules` are axe's: all of WCAG 2.2 AA, or, of the same page in another look, those that it changes."""

    name: str
    width: int
    scheme: Literal["light", "dark"]
    rules: Mapping[str, Any]


LOOKS = (
    Look("light", 1280, "light", WCAG),
    Look("dark", 1280, "dark", CONTRAST),
    Look("phone", 360, "light", LAYOUT),
)
HEIGHTS = {1280: 800, 360: 740}


@dataclass(frozen=True)
class Seen:
    """`over` is by how many pixels the page scrolls sideways."""

    status: int
    title: str
    complaints: list[str]
    loaded: dict[str, int]
    shift: float
    violations: list[str]
    over: int
    paper: str
    ink: str
    headings: list[int]
    unnamed: list[str]
    ordered: int


async def new_context(browser: Browser, look: Look, **options: Any) -> BrowserContext:
    size = {"width": look.width, "height": HEIGHTS[look.width]}
    return await browser.new_context(viewport=size, color_scheme=look.scheme, **options)  # type: ignore[arg-type]


async def see(context: BrowserContext, look: Look, url: str, picture: str) -> Seen:
    """Load the page in a context of this look, and keep a picture of it."""
    async with watched(context, url) as page:
        await page.settled()
        seen = Seen(
            status=await _status(page.page),
            title=await page.page.title(),
            loaded=await page.loaded(),
            shift=await page.shift(),
            violations=await violations(page.page, look.rules),
            complaints=page.complaints,
            **await page.page.evaluate(MEASURE),
        )
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.page.screenshot(path=PICTURES / f"{picture}-{look.name}.png", full_page=True)
    return seen


async def violations(page: Page, rules: Mapping[str, Any]) -> list[str]:
    """As axe finds them: those that are serious, or critical."""
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = (await Axe().run(page, options=options)).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {', '.join(str(node['target']) for node in each['nodes'][:5])}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


async def _status(page: Page) -> int:
    return int(await page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus"))
