"""Which model or benchmark a name means."""

from typing import Any

import pytest
from catalogue_schema.events import OpinionClassified, ResultReported
from ingest_worker.opinions import OPINIONS
from ingest_worker.results import RESULTS
from ingest_worker.writing import write_events
from sqlalchemy.ext.asyncio import AsyncEngine
from support.rows import batch, create_catalogue

NAMES = (
    "openai/gpt-4o",
    "openai/gpt-4o-mini",
    "meta/Llama-3.1-8B",
    "meta/Llama-3-18B",
    "caf\u00e9/one",
    "b/two",
    "c/two",
)


@pytest.fixture
async def named(engine: AsyncEngine, tables: Any) -> Any:
    await create_catalogue(engine, models=NAMES, benchmarks=["SWE-Bench Pro", "A B", "A-B"])
    return tables


async def record(engine: AsyncEngine, model: str, **fields: Any) -> list[str]:
    """The details of what could not be recorded."""
    event = OpinionClassified(model=model, content="x", sentiment="positive", **fields)
    return [failure.detail for failure in await write_events(engine, OPINIONS, batch(event))]


async def meaning(tables: Any) -> list[tuple[str, Any]]:
    names = {row["id"]: row["name"] for row in await tables.all("models")}
    return [(names[row["model_id"]], row["reported"]) for row in await tables.opinions()]


@pytest.mark.parametrize(
    ("reported", "model"),
    [
        ("OpenAI/GPT_4o", "openai/gpt-4o"),
        ("openai/gpt 4o", "openai/gpt-4o"),
        ("openai/gpt\u20114o", None),  # a non-breaking hyphen, which NFKC makes another hyphen than ours
        ("meta/llama-3.1-8b", "meta/Llama-3.1-8B"),
        ("meta/llama-3-1-8b", "meta/Llama-3.1-8B"),
        ("meta/llama-3-18b", "meta/Llama-3-18B"),
        ("cafe\u0301/one", "caf\u00e9/one"),
        ("openai/gpt-4o-2024-05-13", None),
        ("gpt-4o", None),
        ("azure/gpt-4o", None),
    ],
)
async def test_the_normal_form_resolves_a_name_and_nothing_that_is_only_similar(
    engine: AsyncEngine, named: Any, reported: str, model: str | None
) -> None:
    failures = await record(engine, reported)
    found = await meaning(named)
    if model is None:
        assert (len(failures), found) == (1, [])
    else:
        assert found == [(model, {"model": {"name": reported, "resolved_by": "normal_form"}})]


async def test_the_exact_name_is_kept_as_it_is(engine: AsyncEngine, named: Any) -> None:
    await record(engine, "openai/gpt-4o")
    assert await meaning(named) == [("openai/gpt-4o", None)]


ALIAS = (
    "INSERT INTO aliases (kind, alias, source, model_id) "
    "SELECT 'model', 'GPT 4 omni', {}, id FROM models WHERE name = '{}'"
)


async def test_an_alias_of_a_source_goes_before_one_of_all(engine: AsyncEngine, named: Any) -> None:
    await named.execute(ALIAS.format("NULL", "openai/gpt-4o"))
    await named.execute(ALIAS.format("'papers'", "openai/gpt-4o-mini"))
    for source in (None, "papers", "others"):
        await record(engine, "gpt-4-omni", source=source)
    found = [model for model, _ in await meaning(named)]
    assert found == ["openai/gpt-4o", "openai/gpt-4o-mini", "openai/gpt-4o"]


async def test_an_alias_of_an_organisation_counts_for_all_its_models(engine: AsyncEngine, named: Any) -> None:
    assert len(await record(engine, "meta-llama/Llama-3.1-8B")) == 1
    await named.execute(
        "INSERT INTO aliases (kind, alias, organization) VALUES ('organization', 'Meta_Llama', 'meta')"
    )
    assert await record(engine, "meta-llama/Llama-3.1-8B") == []
    [(model, _)] = await meaning(named)
    assert model == "meta/Llama-3.1-8B"


async def test_a_bare_name_counts_from_a_source_that_is_allowed_them_and_is_pinned(
    engine: AsyncEngine, named: Any
) -> None:
    await named.execute("INSERT INTO bare_name_sources (source) VALUES ('aider')")
    assert len(await record(engine, "gpt-4o", source="others")) == 1
    assert len(await record(engine, "two", source="aider")) == 1  # two models have it
    assert await record(engine, "gpt-4o", source="aider") == []
    await create_catalogue(engine, models=["azure/gpt-4o"], benchmarks=[])
    assert await record(engine, "GPT-4o", source="aider") == []
    found = [(model, reported["model"]["resolved_by"]) for model, reported in await meaning(named)]
    assert found == [("openai/gpt-4o", "bare_name"), ("openai/gpt-4o", "alias")]


async def test_a_benchmarks_normal_form_counts_where_one_alone_has_it(
    engine: AsyncEngine, named: Any
) -> None:
    def result(benchmark: str) -> ResultReported:
        return ResultReported(model="b/two", benchmark=benchmark, score=1)

    failures = await write_events(
        engine, RESULTS, batch(result("swe bench pro"), result("a_b"), result("A B"))
    )
    assert len(failures) == 1
    assert [row["reported"] for row in await named.results()] == [
        {"benchmark": {"name": "swe bench pro", "resolved_by": "normal_form"}},
        None,
    ]
