"""Which model or benchmark a name means: aliases, and the functions in PostgreSQL that resolve names.

In PostgreSQL, since whoever writes events, replays what waited or foretells a replay has to agree. In this
order: the exact name; an alias, by its normal form; the normal form with the organisation kept and
organisations' aliases applied, where one model alone has it; a name without its organisation, from a source
that is allowed them, where one model alone has it. Two models are never joined by what is only similar.
"""

from typing import Literal, Self

from pydantic import AwareDatetime, model_validator
from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    DateTime,
    Index,
    String,
    event,
    func,
    text,
)
from sqlmodel import Field, SQLModel

from catalogue_schema.tables.mixins import RequestSchema, TimestampMixin, keep_updated_at, now
from catalogue_schema.text import Name, NewName, ShortText, Url

# Each run of `-`, `_`, `.` and spaces is one hyphen and never nothing: llama-3.1-8b is not llama-3-18b.
# Cut, since NFKC may make eighteen characters of one, and an index takes 2,700 bytes.
NORMAL_NAME = r"""
CREATE OR REPLACE FUNCTION normal_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(regexp_replace(lower(normalize(name, NFKC)), '[-_.\s]+', '-', 'g'), 255)
"""
BARE_NAME = """
CREATE OR REPLACE FUNCTION bare_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(normal_name(name), '^[^/]*/', '')
"""
# The normal form under each name that its organisation goes by.
SPELLINGS = """
CREATE OR REPLACE FUNCTION spellings(normal text) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH part AS (
        SELECT split_part(normal, '/', 1) AS organization, substr(normal, strpos(normal, '/')) AS rest
    ), known AS (
        SELECT coalesce((SELECT normal_name(a.organization) FROM aliases a
                         WHERE a.kind = 'organization' AND normal_name(a.alias) = part.organization LIMIT 1),
                        part.organization) AS organization
        FROM part
    ), alike AS (
        SELECT organization FROM part
        UNION SELECT organization FROM known
        UNION SELECT normal_name(a.alias)
        FROM aliases a JOIN known ON normal_name(a.organization) = known.organization
        WHERE a.kind = 'organization'
    )
    SELECT CASE WHEN strpos(normal, '/') = 0 THEN ARRAY[normal]
                ELSE (SELECT array_agg(alike.organization || part.rest) FROM alike, part) END
$$
"""
FIND_MODEL = """
CREATE OR REPLACE FUNCTION find_model(named text, by_source text)
RETURNS TABLE (found_id bigint, resolved_by text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    as_normal text := normal_name(named);
    alike text[];
BEGIN
    RETURN QUERY SELECT m.id, 'name' FROM models m WHERE m.name = named;
    IF FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT a.model_id, 'alias' FROM aliases a
        WHERE a.kind = 'model' AND normal_name(a.alias) = as_normal
            AND (a.source IS NULL OR a.source = by_source)
        ORDER BY a.source NULLS LAST LIMIT 1;
    IF FOUND THEN RETURN; END IF;
    alike := spellings(as_normal);  -- once, not for each row
    RETURN QUERY SELECT min(m.id), 'normal_form' FROM models m
        WHERE normal_name(m.name) = ANY (alike) HAVING count(*) = 1;
    IF FOUND OR strpos(as_normal, '/') > 0 THEN RETURN; END IF;
    RETURN QUERY SELECT min(m.id), 'bare_name' FROM models m
        WHERE bare_name(m.name) = as_normal
            AND EXISTS (SELECT FROM bare_name_sources s WHERE s.source = by_source)
        HAVING count(*) = 1;
END $$
"""
FIND_BENCHMARK = """
CREATE OR REPLACE FUNCTION find_benchmark(named text, by_source text)
RETURNS TABLE (found_id bigint, resolved_by text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    as_normal text := normal_name(named);
BEGIN
    RETURN QUERY SELECT b.id, 'name' FROM benchmarks b WHERE b.name = named;
    IF FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT a.benchmark_id, 'alias' FROM aliases a
        WHERE a.kind = 'benchmark' AND normal_name(a.alias) = as_normal
            AND (a.source IS NULL OR a.source = by_source)
        ORDER BY a.source NULLS LAST LIMIT 1;
    IF FOUND THEN RETURN; END IF;
    RETURN QUERY SELECT min(b.id), 'normal_form' FROM benchmarks b
        WHERE normal_name(b.name) = as_normal HAVING count(*) = 1;
END $$
"""
# What a row keeps of the names that were reported; null where they were the catalogue's own.
REPORTED = """
CREATE OR REPLACE FUNCTION reported(model text, model_by text, benchmark text, benchmark_by text)
RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN coalesce(model_by, 'name') <> 'name' OR coalesce(benchmark_by, 'name') <> 'name' THEN
    jsonb_strip_nulls(jsonb_build_object(
        'model', CASE WHEN model_by <> 'name'
                      THEN jsonb_build_object('name', model, 'resolved_by', model_by) END,
        'benchmark', CASE WHEN benchmark_by <> 'name'
                          THEN jsonb_build_object('name', benchmark, 'resolved_by', benchmark_by) END)) END
"""

NAMES_LOCK = 0x6E616D65  # "name": any number that nothing else in this database locks
# The letters that wait for names that are known by now go on. An event's letter is written under the shared
# lock, and names appear under the exclusive one: otherwise neither of two at once would see the other.
# Materialized: PostgreSQL, without statistics of letters that came just now, would look the names up again
# for each of them.
REPLAY_MODELS = """
CREATE OR REPLACE FUNCTION replay_models(bare_names text[]) RETURNS void LANGUAGE sql AS $$
    WITH waiting AS MATERIALIZED (
        SELECT DISTINCT model, source FROM dead_letters
        WHERE status = 'open' AND reason = 'unknown_model'
            AND (bare_names IS NULL OR bare_name(model) = ANY (bare_names))
    ), known AS MATERIALIZED (
        SELECT * FROM waiting WHERE EXISTS (SELECT FROM find_model(waiting.model, waiting.source))
    )
    UPDATE dead_letters d SET status = 'replaying' FROM known
    WHERE d.status = 'open' AND d.reason = 'unknown_model'
        AND (bare_names IS NULL OR bare_name(d.model) = ANY (bare_names))
        AND d.model = known.model AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""
REPLAY_BENCHMARKS = """
CREATE OR REPLACE FUNCTION replay_benchmarks(normal_names text[]) RETURNS void LANGUAGE sql AS $$
    WITH waiting AS MATERIALIZED (
        SELECT DISTINCT benchmark, source FROM dead_letters
        WHERE status = 'open' AND reason = 'unknown_benchmark'
            AND normal_name(benchmark) = ANY (normal_names)
    ), known AS MATERIALIZED (
        SELECT * FROM waiting WHERE EXISTS (SELECT FROM find_benchmark(waiting.benchmark, waiting.source))
    )
    UPDATE dead_letters d SET status = 'replaying' FROM known
    WHERE d.status = 'open' AND d.reason = 'unknown_benchmark'
        AND normal_name(d.benchmark) = ANY (normal_names)
        AND d.benchmark = known.benchmark AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""
NAMES_APPEARED = f"""
CREATE OR REPLACE FUNCTION names_appeared() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
    PERFORM pg_advisory_xact_lock({NAMES_LOCK});
    IF TG_TABLE_NAME = 'models' THEN
        PERFORM replay_models(ARRAY(SELECT bare_name(name) FROM added));
    ELSIF TG_TABLE_NAME = 'benchmarks' THEN
        PERFORM replay_benchmarks(ARRAY(SELECT normal_name(name) FROM added));
    ELSIF TG_TABLE_NAME = 'aliases' THEN
        PERFORM replay_models(CASE WHEN EXISTS (SELECT FROM added WHERE kind = 'organization') THEN NULL
                                   ELSE ARRAY(SELECT bare_name(alias) FROM added WHERE kind = 'model') END);
        PERFORM replay_benchmarks(ARRAY(SELECT normal_name(alias) FROM added WHERE kind = 'benchmark'));
    ELSE
        PERFORM replay_models(NULL);
    END IF;
    RETURN NULL;
END $$
"""
NAME_CHANGED = f"""
CREATE OR REPLACE FUNCTION name_changed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({NAMES_LOCK});
    IF TG_TABLE_NAME = 'models' THEN
        PERFORM replay_models(ARRAY[bare_name(NEW.name)]);
    ELSE
        PERFORM replay_benchmarks(ARRAY[normal_name(NEW.name)]);
    END IF;
    RETURN NULL;
END $$
"""
FUNCTIONS = (
    SPELLINGS,
    FIND_MODEL,
    FIND_BENCHMARK,
    REPORTED,
    REPLAY_MODELS,
    REPLAY_BENCHMARKS,
    NAMES_APPEARED,
    NAME_CHANGED,
)

Kind = Literal["model", "benchmark", "organization"]


class AliasBase(SQLModel):
    kind: Kind = Field(sa_type=String(20))
    alias: Name = Field(sa_type=String(255))
    source: ShortText | None = Field(default=None, sa_type=String(255))
    confirmed_by: ShortText | None = Field(default=None, sa_type=String(255))
    evidence: Url | None = Field(default=None, sa_type=String(500))


class Alias(TimestampMixin, AliasBase, table=True):
    """Another name of a model, a benchmark or an organisation; with a `source`, in what that one reports.

    It follows its model or benchmark when that is renamed, and goes with it.
    """

    __tablename__ = "aliases"
    __table_args__ = (
        Index(
            "uix_aliases",
            "kind",
            text("normal_name(alias::text)"),
            "source",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "CASE kind WHEN 'model' THEN model_id IS NOT NULL WHEN 'benchmark' THEN benchmark_id IS NOT NULL "
            "WHEN 'organization' THEN organization IS NOT NULL AND source IS NULL ELSE false END",
            name="ck_aliases_kind",
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    model_id: int | None = Field(
        default=None, foreign_key="models.id", ondelete="CASCADE", index=True, sa_type=BigInteger
    )
    benchmark_id: int | None = Field(
        default=None, foreign_key="benchmarks.id", ondelete="CASCADE", index=True, sa_type=BigInteger
    )
    organization: str | None = Field(default=None, sa_type=String(255))


class AliasCreate(AliasBase, RequestSchema):
    """`name` is what it is an alias of, as the catalogue has it."""

    name: NewName

    @model_validator(mode="after")
    def _for_every_source(self) -> Self:
        if self.kind == "organization" and self.source is not None:
            raise ValueError("an organisation's alias counts for every source: leave source out")
        return self


class AliasResponse(TimestampMixin, AliasBase):
    id: int
    name: str


class BareNameSource(SQLModel, table=True):
    """A source whose names without an organisation are resolved, where one model alone has them."""

    __tablename__ = "bare_name_sources"

    source: ShortText = Field(primary_key=True, sa_type=String(255))
    created_at: AwareDatetime = Field(
        default_factory=now, sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": func.now()}
    )


def _once(statement: str) -> DDL:
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


NAMED = ("models", "benchmarks")
TRIGGERS = (
    *(
        f"CREATE OR REPLACE TRIGGER names_appeared AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION names_appeared()"
        for table in (*NAMED, "aliases", "bare_name_sources")
    ),
    *(
        f"CREATE OR REPLACE TRIGGER name_changed AFTER UPDATE OF name ON {table} FOR EACH ROW "
        "WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION name_changed()"
        for table in NAMED
    ),
)
keep_updated_at("aliases")
# Of all tables: the functions read several, whose indexes need the first two.
for statement in ("CREATE EXTENSION IF NOT EXISTS pg_trgm", NORMAL_NAME, BARE_NAME):
    event.listen(SQLModel.metadata, "before_create", _once(statement))
for statement in (*FUNCTIONS, *TRIGGERS):
    event.listen(SQLModel.metadata, "after_create", _once(statement))
