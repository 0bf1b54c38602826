"""Names that events wait for."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import Page, PageQuery, encode_cursor

BY_COUNT = TypeAdapter(tuple[str, int, str, str])

# A suggestion is for a person: what is only similar never joins two models by itself.
UNRESOLVED = text("""
WITH waiting AS (
    SELECT 'model' AS kind, model AS name, count(*) AS count, min(created_at) AS first_seen,
        max(failed_at) AS last_seen, array_agg(DISTINCT source) AS sources
    FROM dead_letters WHERE status = 'open' AND reason = 'unknown_model' AND model IS NOT NULL GROUP BY model
    UNION ALL
    SELECT 'benchmark', benchmark, count(*), min(created_at), max(failed_at), array_agg(DISTINCT source)
    FROM dead_letters WHERE status = 'open' AND reason = 'unknown_benchmark' AND benchmark IS NOT NULL
    GROUP BY benchmark
), page AS (
    SELECT * FROM waiting
    WHERE (CAST(:kind AS text) IS NULL OR kind = :kind)
        AND (CAST(:count AS bigint) IS NULL
             OR (-count, kind, name)
                > (-CAST(:count AS bigint), CAST(:after_kind AS text), CAST(:after_name AS text)))
    ORDER BY count DESC, kind, name LIMIT :limit
)
SELECT page.kind, page.name, page.count, page.first_seen, page.last_seen,
    (array_remove(page.sources, NULL))[1:5] AS sources,
    coalesce(models.names, benchmarks.names, '{}') AS suggestions
FROM page
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names FROM (
        SELECT name FROM models ORDER BY normal_name(name) <-> normal_name(page.name) LIMIT 5) AS nearest
    WHERE page.kind = 'model'
) AS models ON true
LEFT JOIN LATERAL (
    SELECT array_agg(name) AS names FROM (
        SELECT name FROM benchmarks ORDER BY normal_name(name) <-> normal_name(page.name) LIMIT 5) AS nearest
    WHERE page.kind = 'benchmark'
) AS benchmarks ON true
ORDER BY page.count DESC, page.kind, page.name
""")


class UnresolvedQuery(PageQuery):
    kind: Literal["model", "benchmark"] | None = None


class UnresolvedName(BaseModel):
    kind: Literal["model", "benchmark"]
    name: Annotated[str, Field(examples=["gpt-4o-mini-2024-07-18"])]
    count: Annotated[int, Field(description="Events that wait for it", examples=[12])]
    first_seen: datetime
    last_seen: datetime
    sources: Annotated[list[str], Field(description="Up to five of the sources that they came from")]
    suggestions: Annotated[
        list[str],
        Field(description="The five names of the catalogue that are most like it, the nearest first"),
    ]


async def list_unresolved(db: AsyncSession, query: UnresolvedQuery) -> Page[UnresolvedName]:
    _, count, kind, name = query.after(BY_COUNT) or (None, None, None, None)
    values = {"kind": query.kind, "count": count, "after_kind": kind, "after_name": name}
    connection = await db.connection()
    found = await connection.execute(UNRESOLVED, {**values, "limit": query.limit + 1})
    items = [UnresolvedName.model_validate(row) for row in found.mappings()]
    page, last = items[: query.limit], items[query.limit - 1 : query.limit]
    more = len(items) > query.limit
    key = (query.list_id(), last[0].count, last[0].kind, last[0].name) if more else ()
    return Page(items=page, next_cursor=encode_cursor(key) if more else None)
