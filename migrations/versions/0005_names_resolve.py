"""Names resolve: aliases, normal forms, and what waits for a name; one row an event among the dead letters.

What waited for a name that is known by now is marked to go on.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMES_LOCK = 0x6E616D65
NORMAL_NAME = r"""
CREATE FUNCTION normal_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(regexp_replace(lower(normalize(name, NFKC)), '[-_.\s]+', '-', 'g'), 255)
"""
BARE_NAME = """
CREATE FUNCTION bare_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(normal_name(name), '^[^/]*/', '')
"""
SPELLINGS = """
CREATE FUNCTION spellings(normal text) RETURNS text[] LANGUAGE sql STABLE AS $$
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
CREATE FUNCTION find_model(named text, by_source text)
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
CREATE FUNCTION find_benchmark(named text, by_source text)
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
REPORTED = """
CREATE FUNCTION reported(model text, model_by text, benchmark text, benchmark_by text)
RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN CASE WHEN coalesce(model_by, 'name') <> 'name' OR coalesce(benchmark_by, 'name') <> 'name' THEN
    jsonb_strip_nulls(jsonb_build_object(
        'model', CASE WHEN model_by <> 'name'
                      THEN jsonb_build_object('name', model, 'resolved_by', model_by) END,
        'benchmark', CASE WHEN benchmark_by <> 'name'
                          THEN jsonb_build_object('name', benchmark, 'resolved_by', benchmark_by) END)) END
"""
REPLAY_MODELS = """
CREATE FUNCTION replay_models(bare_names text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE dead_letters d SET status = 'replaying'
    FROM (
        SELECT waiting.* FROM (
            SELECT DISTINCT model, source FROM dead_letters
            WHERE status = 'open' AND reason = 'unknown_model'
                AND (bare_names IS NULL OR bare_name(model) = ANY (bare_names))
        ) AS waiting
        WHERE EXISTS (SELECT FROM find_model(waiting.model, waiting.source))
    ) AS known
    WHERE d.status = 'open' AND d.reason = 'unknown_model'
        AND (bare_names IS NULL OR bare_name(d.model) = ANY (bare_names))
        AND d.model = known.model AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""
REPLAY_BENCHMARKS = """
CREATE FUNCTION replay_benchmarks(normal_names text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE dead_letters d SET status = 'replaying'
    FROM (
        SELECT waiting.* FROM (
            SELECT DISTINCT benchmark, source FROM dead_letters
            WHERE status = 'open' AND reason = 'unknown_benchmark'
                AND normal_name(benchmark) = ANY (normal_names)
        ) AS waiting
        WHERE EXISTS (SELECT FROM find_benchmark(waiting.benchmark, waiting.source))
    ) AS known
    WHERE d.status = 'open' AND d.reason = 'unknown_benchmark'
        AND normal_name(d.benchmark) = ANY (normal_names)
        AND d.benchmark = known.benchmark AND coalesce(d.source, '') = coalesce(known.source, '')
$$
"""
NAMES_APPEARED = f"""
CREATE FUNCTION names_appeared() RETURNS trigger LANGUAGE plpgsql
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
CREATE FUNCTION name_changed() RETURNS trigger LANGUAGE plpgsql
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
FUNCTIONS = (SPELLINGS, FIND_MODEL, FIND_BENCHMARK, REPORTED, REPLAY_MODELS, REPLAY_BENCHMARKS, NAMES_APPEARED, NAME_CHANGED)
NAMED = ("models", "benchmarks")
# The topic, behind whatever prefix, says what was submitted.
TYPES = {
    "%catalogue.opinions.%": "OpinionSubmitted",
    "%catalogue.results.%": "ResultReported",
    "%catalogue.use-cases.%": "UseCaseMentioned",
    "%catalogue.submissions.%": "SubmissionRetracted",
}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(NORMAL_NAME)
    op.execute(BARE_NAME)
    compose_names()
    create_names()
    add_columns()
    rebuild_dead_letters()
    for function in FUNCTIONS:
        op.execute(function)
    create_triggers()
    op.execute("SELECT replay_models(NULL)")
    op.execute("SELECT replay_benchmarks(ARRAY(SELECT DISTINCT normal_name(benchmark) FROM dead_letters))")


def compose_names() -> None:
    """One spelling (NFC) of each name, where that is free."""
    for table in NAMED:
        op.execute(
            f"UPDATE {table} t SET name = normalize(name, NFC) WHERE name IS NOT NFC NORMALIZED "
            f"AND NOT EXISTS (SELECT FROM {table} o WHERE o.name = normalize(t.name, NFC))"
        )


def create_names() -> None:
    op.create_table(
        "aliases",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("alias", sa.String(255), nullable=False),
        sa.Column("source", sa.String(255)),
        sa.Column("confirmed_by", sa.String(255)),
        sa.Column("evidence", sa.String(500)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("model_id", sa.BigInteger()),
        sa.Column("benchmark_id", sa.BigInteger()),
        sa.Column("organization", sa.String(255)),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["benchmark_id"], ["benchmarks.id"], ondelete="CASCADE"),
        sa.CheckConstraint(
            "CASE kind WHEN 'model' THEN model_id IS NOT NULL WHEN 'benchmark' THEN benchmark_id IS NOT NULL "
            "WHEN 'organization' THEN organization IS NOT NULL AND source IS NULL ELSE false END",
            name="ck_aliases_kind",
        ),
    )
    op.create_index(
        "uix_aliases",
        "aliases",
        ["kind", sa.text("normal_name((alias)::text)"), "source"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_aliases_model_id", "aliases", ["model_id"])
    op.create_index("ix_aliases_benchmark_id", "aliases", ["benchmark_id"])
    op.execute(
        "CREATE TRIGGER set_updated_at BEFORE UPDATE ON aliases "
        "FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION set_updated_at()"
    )
    op.create_table(
        "bare_name_sources",
        sa.Column("source", sa.String(255), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    normal = sa.text("normal_name((name)::text)")
    similar = sa.text("normal_name((name)::text) gist_trgm_ops")
    op.create_index("ix_models_bare_name", "models", [sa.text("bare_name((name)::text)")])
    for table in NAMED:
        op.create_index(f"ix_{table}_normal_name", table, [normal])
        op.create_index(f"ix_{table}_similar", table, [similar], postgresql_using="gist")


def add_columns() -> None:
    for table in ("opinions", "use_cases", "benchmark_results", "result_reports"):
        op.add_column(table, sa.Column("reported", JSONB()))
    for table in ("opinions", "use_cases", "result_reports", "retractions"):
        op.add_column(table, sa.Column("fingerprint", sa.Uuid()))


def rebuild_dead_letters() -> None:
    op.add_column("dead_letters", sa.Column("type", sa.String(50)))
    op.add_column("dead_letters", sa.Column("source", sa.Text()))
    op.add_column(
        "dead_letters",
        sa.Column("failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )
    op.add_column("dead_letters", sa.Column("history", JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("dead_letters", sa.Column("note", sa.Text()))
    op.drop_constraint("ck_dead_letters_status", "dead_letters")
    op.create_check_constraint(
        "ck_dead_letters_status",
        "dead_letters",
        "status IN ('open', 'replaying', 'replayed', 'recorded', 'discarded')",
    )
    for pattern, kind in TYPES.items():
        op.execute(f"UPDATE dead_letters SET type = '{kind}' WHERE topic LIKE '{pattern}'")
    # The value was read as an event, so it is JSON.
    op.execute(
        "UPDATE dead_letters SET failed_at = updated_at, "
        "source = convert_from(value, 'UTF8')::jsonb ->> 'source' WHERE reason LIKE 'unknown_%'"
    )
    op.execute("UPDATE dead_letters SET failed_at = updated_at WHERE reason NOT LIKE 'unknown_%'")
    for table, kind in (
        ("opinions", "OpinionSubmitted"),
        ("result_reports", "ResultReported"),
        ("use_cases", "UseCaseMentioned"),
    ):
        op.execute(
            f"UPDATE dead_letters d SET status = 'recorded' WHERE type = '{kind}' "
            f"AND EXISTS (SELECT FROM {table} t WHERE t.event_id = d.event_id)"
        )
    op.drop_index("uix_dead_letters_event_id", "dead_letters")
    op.drop_index("uix_dead_letters_message", "dead_letters")
    create_indexes_of_dead_letters()


def create_indexes_of_dead_letters() -> None:
    unique = {"unique": True, "postgresql_nulls_not_distinct": True}
    value, detail = sa.text("md5(value)"), sa.text("md5(detail)")
    conflict = "event_id IS NOT NULL AND reason {} 'event_id_conflict'"
    for name, columns, options in (
        ("uix_dead_letters_event", ["event_id", "type"], {**unique, "where": conflict.format("<>")}),
        ("uix_dead_letters_conflict", ["event_id", "type", value], {**unique, "where": conflict.format("=")}),
        (
            "uix_dead_letters_message",
            ["topic", "partition", "offset", value, detail],
            {**unique, "where": "event_id IS NULL"},
        ),
        (
            "ix_dead_letters_unknown_model",
            [sa.text("bare_name(model)")],
            {"where": "status = 'open' AND reason = 'unknown_model'"},
        ),
        (
            "ix_dead_letters_unknown_benchmark",
            [sa.text("normal_name(benchmark)")],
            {"where": "status = 'open' AND reason = 'unknown_benchmark'"},
        ),
        ("ix_dead_letters_replaying", ["topic", "partition", "offset"], {"where": "status = 'replaying'"}),
        ("ix_dead_letters_status_id", ["status", "id"], {}),
        ("ix_dead_letters_reason_id", ["reason", "id"], {}),
    ):
        where = options.pop("where", None)
        if where is not None:
            options["postgresql_where"] = sa.text(where)
        op.create_index(name, "dead_letters", columns, **options)


def create_triggers() -> None:
    for table in (*NAMED, "aliases", "bare_name_sources"):
        op.execute(
            f"CREATE TRIGGER names_appeared AFTER INSERT ON {table} REFERENCING NEW TABLE AS added "
            "FOR EACH STATEMENT EXECUTE FUNCTION names_appeared()"
        )
    for table in NAMED:
        op.execute(
            f"CREATE TRIGGER name_changed AFTER UPDATE OF name ON {table} FOR EACH ROW "
            "WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION name_changed()"
        )


def downgrade() -> None:
    for table in NAMED:
        op.execute(f"DROP TRIGGER name_changed ON {table}")
        op.execute(f"DROP TRIGGER names_appeared ON {table}")
    op.drop_table("aliases")
    op.drop_table("bare_name_sources")
    op.execute("DROP FUNCTION name_changed, names_appeared, replay_benchmarks, replay_models, reported, find_benchmark, "
               "find_model, spellings")
    for name in ("event", "conflict", "message"):
        op.drop_index(f"uix_dead_letters_{name}", "dead_letters")
    for name in ("unknown_model", "unknown_benchmark", "replaying", "status_id", "reason_id"):
        op.drop_index(f"ix_dead_letters_{name}", "dead_letters")
    # Of several letters of one event or place the newest stays.
    op.execute(
        "DELETE FROM dead_letters d USING dead_letters n WHERE n.id > d.id AND (n.event_id = d.event_id OR "
        'd.event_id IS NULL AND n.event_id IS NULL AND (n.topic, n.partition, n."offset") = (d.topic, d.partition, d."offset"))'
    )
    op.execute("UPDATE dead_letters SET status = 'open' WHERE status = 'replaying'")
    op.execute("UPDATE dead_letters SET status = 'replayed' WHERE status = 'recorded'")
    op.drop_constraint("ck_dead_letters_status", "dead_letters")
    op.create_check_constraint(
        "ck_dead_letters_status", "dead_letters", "status IN ('open', 'replayed', 'discarded')"
    )
    for column in ("type", "source", "failed_at", "history", "note"):
        op.drop_column("dead_letters", column)
    op.create_index(
        "uix_dead_letters_event_id", "dead_letters", ["event_id"], unique=True, postgresql_where=sa.text("event_id IS NOT NULL")
    )
    op.create_index(
        "uix_dead_letters_message", "dead_letters", ["topic", "partition", "offset"], unique=True,
        postgresql_where=sa.text("event_id IS NULL"),
    )
    for table in ("opinions", "use_cases", "benchmark_results", "result_reports"):
        op.drop_column(table, "reported")
    for table in ("opinions", "use_cases", "result_reports", "retractions"):
        op.drop_column(table, "fingerprint")
    op.drop_index("ix_models_bare_name", "models")
    for table in NAMED:
        op.drop_index(f"ix_{table}_normal_name", table)
        op.drop_index(f"ix_{table}_similar", table)
    op.execute("DROP FUNCTION bare_name, normal_name")
    op.execute("DROP EXTENSION pg_trgm")
