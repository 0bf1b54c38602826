"""The tables through SQLModel and an asynchronous session, as services use them."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
from catalogue_schema.database import create_engine
from catalogue_schema.tables import (
    Benchmark,
    BenchmarkResult,
    DeadLetterRow,
    Model,
    Opinion,
    OpinionResponse,
    ResultReport,
    UseCase,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

CHILDREN: tuple[type[SQLModel], ...] = (BenchmarkResult, Opinion, UseCase, ResultReport)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[AsyncSession]:
    engine = create_engine(database_url)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
    await engine.dispose()


@pytest.fixture
async def model(db: AsyncSession) -> Model:
    """A model with a result and its report, an opinion and a use case."""
    benchmark = Benchmark(name="MMLU")
    model = Model(name="openai/gpt-4o", organization="OpenAI")
    db.add_all([benchmark, model])
    await db.commit()
    assert model.id is not None
    assert benchmark.id is not None
    db.add_all(
        [
            BenchmarkResult(model_id=model.id, benchmark_id=benchmark.id, score=88.7),
            ResultReport(model_id=model.id, benchmark_id=benchmark.id, score=88.7),
            Opinion(model_id=model.id, content="Good."),
            UseCase(model_id=model.id, use_case="Coding"),
        ]
    )
    await db.commit()
    return model


async def count(db: AsyncSession, table: type[SQLModel]) -> int:
    return (await db.exec(select(func.count()).select_from(table))).one()


async def test_row_reads_back_as_it_was_written(db: AsyncSession) -> None:
    metadata = {"context": 128_000, "modalities": ["text"], "price": None}
    db.add(Model(name="a", organization="b", release_date=date(2026, 3, 9), metadata=metadata))
    await db.commit()
    db.expunge_all()
    read = (await db.exec(select(Model))).one()
    assert (read.release_date, read.metadata_) == (date(2026, 3, 9), metadata)
    assert read.created_at.tzinfo is not None


async def test_metadata_left_out_is_null_to_sql(db: AsyncSession) -> None:
    db.add(Model(name="a", organization="b"))
    await db.commit()
    assert (await db.exec(select(Model).where(col(Model.metadata_).is_(None)))).all()


async def test_opinion_of_10_000_characters_and_its_tags_read_back_whole(
    db: AsyncSession, model: Model
) -> None:
    content, tags = "naïve 👍 " * 1250, ["français", 'quote"d', "a,b", "{}"]
    assert model.id is not None
    opinion = Opinion(model_id=model.id, content=content, tags=tags)
    db.add(opinion)
    await db.commit()
    db.expunge_all()
    read = await db.get_one(Opinion, opinion.id)
    assert (read.content, read.tags) == (content, tags)


@pytest.mark.usefixtures("model")
async def test_event_id_and_timestamps_are_made_where_they_are_left_out(db: AsyncSession) -> None:
    result = (await db.exec(select(BenchmarkResult))).one()
    assert result.event_id.version == 7
    assert result.created_at <= result.updated_at


async def test_dead_letter_keeps_bytes_and_headers(db: AsyncSession) -> None:
    letter = DeadLetterRow(
        reason="undecodable",
        detail="",
        exception_class="ValidationError",
        topic="t",
        partition=0,
        offset=2**40,
        value=b"\x00\xff",
        headers=[("ce_id", "AP8=")],
    )
    db.add(letter)
    await db.commit()
    db.expunge_all()
    read = (await db.exec(select(DeadLetterRow))).one()
    assert (read.value, read.offset, read.status, read.attempts) == (b"\x00\xff", 2**40, "open", 1)
    assert [tuple(header) for header in read.headers] == [("ce_id", "AP8=")]


async def test_updated_at_is_known_after_an_update_without_another_query(
    db: AsyncSession, model: Model
) -> None:
    before = model.updated_at
    model.license = "MIT"
    db.add(model)
    await db.commit()
    assert model.updated_at > before  # an attribute to be loaded now would raise MissingGreenlet
    assert model.created_at < model.updated_at


@pytest.mark.parametrize("loaded", [False, True])
async def test_deleting_a_model_in_a_session_deletes_what_belongs_to_it(
    db: AsyncSession, model: Model, *, loaded: bool
) -> None:
    if loaded:
        await db.refresh(model, ["benchmark_results", "opinions", "use_cases"])
    await db.delete(model)
    await db.commit()
    assert await count(db, Model) == 0
    assert [await count(db, table) for table in CHILDREN] == [0, 0, 0, 0]
    assert await count(db, Benchmark) == 1


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("parent", "children"), [(Model, CHILDREN), (Benchmark, (BenchmarkResult, ResultReport))]
)
async def test_deleting_in_sql_deletes_what_belongs_to_it(
    db: AsyncSession, parent: type[SQLModel], children: tuple[type[SQLModel], ...]
) -> None:
    await db.exec(delete(parent))
    await db.commit()
    assert [await count(db, table) for table in children] == [0 for _ in children]


@pytest.mark.usefixtures("model")
async def test_deleting_a_benchmark_in_a_session_deletes_its_results(db: AsyncSession) -> None:
    await db.delete((await db.exec(select(Benchmark))).one())
    await db.commit()
    assert [await count(db, table) for table in (BenchmarkResult, ResultReport, Opinion)] == [0, 0, 1]


async def test_relationships_lead_both_ways(db: AsyncSession, model: Model) -> None:
    await db.refresh(model, ["benchmark_results", "opinions", "use_cases"])
    [result] = model.benchmark_results
    await db.refresh(result, ["benchmark"])
    assert (result.benchmark.name, result.model) == ("MMLU", model)
    assert [opinion.content for opinion in model.opinions] == ["Good."]
    assert [use_case.use_case for use_case in model.use_cases] == ["Coding"]


async def test_names_are_unique(db: AsyncSession, model: Model) -> None:
    db.add(Model(name=model.name, organization="another"))
    with pytest.raises(IntegrityError, match="ix_models_name"):
        await db.commit()


async def test_response_carries_the_model_by_name(db: AsyncSession, model: Model) -> None:
    opinion = (await db.exec(select(Opinion))).one()
    answer = OpinionResponse.model_validate({**opinion.model_dump(), "model": model.name})
    assert (answer.model, answer.content, answer.sentiment) == ("openai/gpt-4o", "Good.", None)
