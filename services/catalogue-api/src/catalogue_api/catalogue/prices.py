"""What providers ask for models."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Annotated, NamedTuple

from catalogue_schema.tables import Model, ModelPrice, ModelPriceCreate, ModelPriceResponse
from catalogue_schema.tables.prices import Currency
from catalogue_schema.text import NewName, ShortText
from catalogue_schema.times import Date
from pydantic import BaseModel, Field
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    bindparam,
    exists,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from catalogue_api.catalogue.paging import BY_ID, Page, PageQuery, fetch_page
from catalogue_api.catalogue.statements import AnySelect, among, equal, execute, table_of
from catalogue_api.catalogue.upsert import Imported
from catalogue_api.http.items import Batch
from catalogue_api.http.problems import FieldError, NothingValid

# What a price says of a day stays: another price for that day is refused, one from a later day follows it.
IMPORT = text("""
WITH line AS (
    SELECT * FROM jsonb_to_recordset(:rows) AS line (
        place int, model text, provider text, input numeric, output numeric, currency text, valid_from date,
        source text)
), named AS (
    SELECT line.*, found.found_id AS model_id FROM line
    LEFT JOIN LATERAL find_model(line.model, coalesce(line.source, '')) AS found ON true
), first AS (
    SELECT DISTINCT ON (model_id, provider, currency, valid_from) * FROM named WHERE model_id IS NOT NULL
    ORDER BY model_id, provider, currency, valid_from, place
), written AS (
    INSERT INTO model_prices (model_id, provider, input, output, currency, valid_from, source)
    SELECT model_id, provider, input, output, currency, valid_from, source FROM first
    ON CONFLICT DO NOTHING RETURNING 1
), other AS (
    SELECT named.place FROM named JOIN (
        SELECT model_id, provider, currency, valid_from, input, output FROM model_prices
        UNION SELECT model_id, provider, currency, valid_from, input, output FROM first
    ) AS stands USING (model_id, provider, currency, valid_from)
    GROUP BY named.place, named.input, named.output
    HAVING NOT bool_and((stands.input, stands.output) = (named.input, named.output))
)
SELECT (SELECT count(*) FROM written) AS created,
    (SELECT array_agg(place) FROM named WHERE model_id IS NULL) AS unknown,
    (SELECT array_agg(place) FROM other) AS other
""").bindparams(bindparam("rows", type_=JSONB))

OTHER = FieldError(
    pointer="/valid_from",
    reason="has another price already, and prices stay: give the day from which this one holds",
)


Price = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]


class PriceQuery(PageQuery):
    model: NewName | None = None
    provider: ShortText | None = None
    on: Annotated[
        Date | None, Field(description="Those that held on this day, the last of each provider")
    ] = None


class PriceHistory(NamedTuple):
    """What each provider asks `today`, the cheapest first; and all that was asked, the `newest` first."""

    today: list[ModelPriceResponse]
    newest: list[ModelPriceResponse]


class PriceFilters(BaseModel):
    """Models that a provider offers at most at these prices."""

    max_input: Annotated[Price | None, Field(description="Of a million input tokens, today")] = None
    max_output: Annotated[
        Price | None, Field(description="Of a million output tokens, today, from the same provider")
    ] = None
    currency: Annotated[Currency, Field(description="Of max_input and max_output")] = "USD"

    def at_prices(self) -> list[ColumnElement[bool]]:
        if self.max_input is None and self.max_output is None:
            return []
        of, later, today = table_of(ModelPrice).c, table_of(ModelPrice).alias().c, datetime.now(UTC).date()
        most = ((of.input, self.max_input), (of.output, self.max_output))
        replaced = exists().where(
            later.model_id == of.model_id,
            later.provider == of.provider,
            later.currency == of.currency,
            later.valid_from > of.valid_from,
            later.valid_from <= today,
        )
        held = select(of.model_id).where(of.currency == self.currency, of.valid_from <= today, ~replaced)
        return [
            col(Model.id).in_(held.where(*(price <= asked for price, asked in most if asked is not None)))
        ]


async def import_prices(db: AsyncSession, batch: Batch[ModelPriceCreate]) -> Imported:
    """Append what is new. A line that names no model, or another price for a day that has one, is rejected.

    Raises NothingValid where each is.
    """
    lines = [{"place": place, **line.model_dump(mode="json")} for place, line in enumerate(batch.accepted)]
    connection = await db.connection()
    found = (await connection.execute(IMPORT, {"rows": lines})).mappings().one()
    refused = {place: _unknown(batch.accepted[place].model) for place in found["unknown"] or ()}
    batch = batch.without(refused | dict.fromkeys(found["other"] or (), OTHER))
    if not batch.accepted:
        raise NothingValid(batch.rejected)
    unchanged = len(batch.accepted) - found["created"]
    return Imported(created=found["created"], updated=0, unchanged=unchanged, rejected=batch.rejected)


async def list_prices(db: AsyncSession, query: PriceQuery) -> Page[ModelPriceResponse]:
    """The newest first."""
    statement = _with_names().where(
        *equal((col(Model.name), query.model), (col(ModelPrice.provider), query.provider))
    )
    if query.on is not None:
        statement = statement.where(col(ModelPrice.id).in_(_held_on(query.on)))
    after = query.after(BY_ID)
    if after is not None:
        statement = statement.where(col(ModelPrice.id) < after[1])
    ordered = statement.order_by(col(ModelPrice.id).desc())
    rows, cursor = await fetch_page(db, ordered, query.limit, lambda row: (query.list_id(), row["id"]))
    return Page(items=[ModelPriceResponse.model_validate(row) for row in rows], next_cursor=cursor)


async def held_prices(
    db: AsyncSession, model_ids: Sequence[int], on: date, currency: str
) -> list[RowMapping]:
    """What each provider asks for each of the models on that day, in that currency."""
    held = select(table_of(ModelPrice)).where(col(ModelPrice.id).in_(_held_on(on, model_ids)))
    return [*(await execute(db, held.where(col(ModelPrice.currency) == currency))).mappings()]


async def prices_of(
    db: AsyncSession, model_ids: Sequence[int], on: date
) -> dict[int, list[ModelPriceResponse]]:
    """What each provider asks for each of the models on that day, the cheapest first."""
    held = col(ModelPrice.id).in_(_held_on(on, model_ids))
    cheapest = col(ModelPrice.input) + col(ModelPrice.output), col(ModelPrice.provider)
    found: dict[int, list[ModelPriceResponse]] = {model_id: [] for model_id in model_ids}
    for row in (await execute(db, _with_names().where(held).order_by(*cheapest))).mappings():
        found[row["model_id"]].append(ModelPriceResponse.model_validate(row))
    return found


async def price_history(db: AsyncSession, model_id: int, today: date, most: int) -> PriceHistory:
    """Of all that is known, today's prices and the newest of the others."""
    holds = col(ModelPrice.id).in_(_held_on(today, [model_id])).label("holds")
    of_model = _with_names().add_columns(holds).where(col(ModelPrice.model_id) == model_id)
    ordered = of_model.order_by(holds.desc(), col(ModelPrice.id).desc()).limit(most)
    rows = (await execute(db, ordered)).mappings().all()
    held = [row for row in rows if row["holds"]]
    cheapest = sorted(held, key=lambda row: (row["input"] + row["output"], row["provider"]))
    newest = sorted(rows, key=itemgetter("id"), reverse=True)
    return PriceHistory(*(list(map(ModelPriceResponse.model_validate, each)) for each in (cheapest, newest)))


async def cheapest_of(db: AsyncSession, model_ids: Sequence[int], currency: str) -> dict[int, RowMapping]:
    """Of each model the price of the provider that asks least today for input and output together."""
    of = table_of(ModelPrice).c
    held = of.id.in_(_held_on(datetime.now(UTC).date(), model_ids)), of.currency == currency
    cheapest: AnySelect = select(table_of(ModelPrice)).where(*held).ext(distinct_on(of.model_id))
    rows = await execute(db, cheapest.order_by(of.model_id, of.input + of.output, of.provider))
    return {row["model_id"]: row for row in rows.mappings()}


def _held_on(day: date, model_ids: Sequence[int] | None = None) -> AnySelect:
    """Of each provider the last price that was valid by then, of the models or of all."""
    of = table_of(ModelPrice).alias().c
    key = (of.model_id, of.provider, of.currency)
    of_models = () if model_ids is None else (among(of.model_id, model_ids),)
    held = select(of.id).where(of.valid_from <= day, *of_models).ext(distinct_on(*key))
    return held.order_by(*key, of.valid_from.desc())


def _with_names() -> AnySelect:
    statement: AnySelect = select(table_of(ModelPrice), col(Model.name).label("model"))
    return statement.join(Model)


def _unknown(model: str) -> FieldError:
    return FieldError(pointer="/model", reason=f"the catalogue has no model named {model!r}, and no alias")
