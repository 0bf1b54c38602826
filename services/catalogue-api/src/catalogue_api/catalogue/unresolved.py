"""Names that events wait for."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import Page, PageQuery, encode_cursor

BY_COUNT = TypeAdapter(tuple[str, int, str, str])

NEWEST = 100
"""Letters of a name of which it is told where they came from, and when the last failed."""


def _counted(kind: str) -> str:
    return f"""SELECT '{kind}' AS kind, name AS digest, sum(rows) AS count FROM dead_letter_{kind}_counts
    WHERE status = 'open' AND reason = 'unknown_{kind}' GROUP BY name HAVING sum(rows) > 0"""


def _waiting(columns: str, order: str) -> str:
    """The first of the letters, in this order, that wait for the name with the row's digest."""
    return " UNION ALL ".join(
        f"""(SELECT {columns.replace("name", f"{kind} AS name")} FROM dead_letters
            WHERE kind = '{kind}' AND CAST(md5({kind}) AS uuid) = digest
                AND status = 'open' AND reason = 'unknown_{kind}' ORDER BY {order})"""
        for kind in ("model", "benchmark")
    )


# Counts know names by their digests alone. So that few are looked up, those are left out first that many
# others come before.
# A suggestion is for a person: what is only similar never joins two models by itself.
UNRESOLVED = text(f"""
WITH counted AS MATERIALIZED (
    SELECT * FROM ({_counted("model")} UNION ALL {_counted("benchmark")}) AS each
    WHERE (CAST(:kind AS text) IS NULL OR kind = :kind)
        AND (CAST(:count AS bigint) IS NULL OR count <= CAST(:count AS bigint))
), page AS (
    SELECT counted.*, named.name FROM counted CROSS JOIN LATERAL ({_waiting("name", "id LIMIT 1")}) AS named
    WHERE count >= coalesce((
            SELECT count FROM counted WHERE CAST(:count AS bigint) IS NULL OR count < CAST(:count AS bigint)
            ORDER BY count DESC OFFSET CAST(:limit AS int) - 1 LIMIT 1), 0)
        AND (CAST(:count AS bigint) IS NULL
             OR (-count, kind, named.name)
                > (-CAST(:count AS bigint), CAST(:after_kind AS text), CAST(:after_name AS text)))
    ORDER BY count DESC, kind, named.name LIMIT :limit
)
SELECT page.kind, page.name, page.count, first.created_at AS first_seen, last.last_seen,
    last.sources[1:5] AS sources, coalesce(models.names, benchmarks.names, '{{}}') AS suggestions
FROM page
CROSS JOIN LATERAL ({_waiting("created_at", "id LIMIT 1")}) AS first
CROSS JOIN LATERAL (
    SELECT max(failed_at) AS last_seen,
        coalesce(array_agg(DISTINCT source) FILTER (WHERE source IS NOT NULL), '{{}}') AS sources
    FROM ({_waiting("failed_at, source", f"id DESC LIMIT {NEWEST}")}) AS newest
) AS last
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
    sources: Annotated[
        list[str], Field(description="Up to five of the sources that the last hundred came from")
    ]
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
