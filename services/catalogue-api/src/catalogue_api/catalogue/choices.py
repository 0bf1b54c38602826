"""Names to choose from: a bounded number of each, of which not all need be there."""

from catalogue_schema.tables import Benchmark, Model, Tag
from sqlalchemy import select
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.choosing import named_like
from catalogue_api.catalogue.statements import AnySelect, execute

MOST = 500
MOST_MODELS = 100
"""They are suggested anew while somebody writes."""


async def organizations(db: AsyncSession) -> list[str]:
    return await _distinct(db, col(Model.organization))


async def benchmark_categories(db: AsyncSession) -> list[str]:
    return await _distinct(db, col(Benchmark.category))


async def tags(db: AsyncSession) -> list[str]:
    return await _distinct(db, col(Tag.name))


async def benchmarks(db: AsyncSession) -> list[str]:
    return await _distinct(db, col(Benchmark.name))


async def models(db: AsyncSession, part: str | None = None) -> list[str]:
    """The newest that are called so, as the list of models searches for them."""
    statement: AnySelect = select(col(Model.name)).where(*named_like(part))
    statement = statement.order_by(col(Model.id).desc()).limit(MOST_MODELS)
    return sorted((await execute(db, statement)).scalars())


async def _distinct(db: AsyncSession, column: Mapped[str] | Mapped[str | None]) -> list[str]:
    statement: AnySelect = select(column).where(column.is_not(None)).distinct().order_by(column).limit(MOST)
    return [*(await execute(db, statement)).scalars()]
