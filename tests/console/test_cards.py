"""Tables on a phone: a row is a block, all of it in sight, and still a table for whoever hears it."""

import pytest
from playwright.async_api import Page, expect

from console.conftest import SignIn
from console.seeing import LOOKS

PHONE = LOOKS[2]
PAGES = ("/tasks", "/dead-letters", "/keys", "/users", "/audit")
OUT_OF_SIGHT = """() => [...document.querySelectorAll(".cards tbody *")].filter((each) => {
  const { left, right } = each.getBoundingClientRect();
  return left < 0 || right > innerWidth;
}).map((each) => each.outerHTML.slice(0, 200))"""
HEADS = """() => [...document.querySelector(".cards").tHead.rows[0].cells].map((each) => each.textContent)"""
LABELS = """() => [...document.querySelector(".cards").tBodies[0].rows].map((row) =>
  [...row.cells].map((each) => each.tagName === "TH" ? null : each.dataset.label))"""


async def phone_at(sign_in: SignIn, path: str) -> Page:
    page: Page = await (await sign_in("admin", PHONE)).new_page()
    await page.goto(path)
    return page


@pytest.mark.parametrize("path", PAGES)
async def test_all_of_a_row_is_in_sight_on_a_phone_and_each_cell_is_called_as_its_column(
    sign_in: SignIn, path: str
) -> None:
    page = await phone_at(sign_in, path)

    assert await page.evaluate(OUT_OF_SIGHT) == []
    heads, rows = await page.evaluate(HEADS), await page.evaluate(LABELS)
    assert rows
    for labels in rows:
        assert labels == [head if label else None for head, label in zip(heads, labels, strict=True)]


async def test_a_task_is_done_on_a_phone_by_a_button_that_is_in_sight(sign_in: SignIn) -> None:
    page = await phone_at(sign_in, "/tasks")
    done = page.get_by_role("button", name="Done: ").first

    await expect(done).to_be_in_viewport(ratio=1)


async def test_on_a_phone_too_a_table_is_told_with_its_heads_rows_and_cells(sign_in: SignIn) -> None:
    page = await phone_at(sign_in, "/tasks")
    table = page.get_by_role("table")
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader")).first

    await expect(table.get_by_role("columnheader")).to_have_text(
        ["Task", "Priority", "Due", "Assigned to", "Status", "Change"]
    )
    await expect(row.get_by_role("cell")).to_have_count(5)
