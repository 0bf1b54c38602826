-- What each service may do with the tables, and no more. Run after every migration, as the tables' owner;
-- it begins anew each time, so a right that is taken out of this file is taken away.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM catalogue_api, ingest_worker;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM catalogue_api, ingest_worker;
GRANT USAGE ON SCHEMA public TO catalogue_api, ingest_worker;
DO $$ BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO catalogue_api, ingest_worker', current_database());
END $$;

-- catalogue-api keeps the reference data, reads what it shows, and of the rest what a receipt says.
GRANT SELECT, INSERT, UPDATE, DELETE ON models, benchmarks, use_cases TO catalogue_api;
GRANT SELECT ON opinions, benchmark_results, retractions, dead_letters TO catalogue_api;
GRANT SELECT (model_id, sentiment, month, rows) ON opinion_counts TO catalogue_api;
GRANT SELECT ON opinion_words, opinion_segments TO catalogue_api;
GRANT SELECT (model_id, benchmark_id, rows) ON result_counts TO catalogue_api;
GRANT SELECT (model_id, rows) ON use_case_counts TO catalogue_api;
GRANT SELECT (topic, reason, status, rows) ON dead_letter_counts TO catalogue_api;
GRANT SELECT (name, reason, status, rows) ON dead_letter_model_counts, dead_letter_benchmark_counts TO catalogue_api;
GRANT SELECT ON result_reports TO catalogue_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON benchmark_metrics TO catalogue_api;
GRANT SELECT, INSERT ON model_prices TO catalogue_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON aliases TO catalogue_api;
GRANT SELECT, INSERT, DELETE ON bare_name_sources TO catalogue_api;
GRANT UPDATE (status, note) ON dead_letters TO catalogue_api;
GRANT SELECT, INSERT, UPDATE ON users, api_keys TO catalogue_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO catalogue_api;
-- What was done stays as it was written, whoever takes the API over.
GRANT SELECT, INSERT ON audit_entries TO catalogue_api;
GRANT USAGE ON SEQUENCE models_id_seq, benchmarks_id_seq, use_cases_id_seq, aliases_id_seq, benchmark_metrics_id_seq,
    model_prices_id_seq, audit_entries_id_seq TO catalogue_api;
-- Erasing is one function, with its owner's rights: this service can delete what is erased, whole, and nothing else.
REVOKE ALL ON FUNCTION erase_events(jsonb, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_events(jsonb, bigint[]) TO catalogue_api;
GRANT SELECT, INSERT ON suppressions TO catalogue_api;
GRANT SELECT, INSERT, UPDATE ON erasures, erased_events TO catalogue_api;
GRANT USAGE ON SEQUENCE suppressions_id_seq, erased_events_id_seq TO catalogue_api;

-- ingest-worker looks names up, and writes what the topics bring. It reads what its statements compare with, and
-- nothing that anybody wrote.
GRANT SELECT (id, name) ON models, benchmarks TO ingest_worker;
GRANT SELECT, INSERT ON aliases TO ingest_worker;
GRANT SELECT ON bare_name_sources TO ingest_worker;
GRANT INSERT ON opinions, use_cases, result_reports, benchmark_results, retractions, dead_letters TO ingest_worker;
GRANT SELECT (event_id, producer, fingerprint) ON opinions, use_cases TO ingest_worker;
GRANT SELECT (event_id, producer, fingerprint, retracts) ON retractions TO ingest_worker;
-- Words of opinions are gathered by a function with its owner's rights; up to which row is this service's to say.
GRANT SELECT (id) ON opinions TO ingest_worker;
REVOKE ALL ON FUNCTION keep_opinion_words(bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_opinion_words(bigint, int) TO ingest_worker;
-- What is retracted goes, while nothing is written.
GRANT DELETE ON opinions, use_cases, benchmark_results TO ingest_worker;
GRANT SELECT, INSERT ON benchmark_metrics TO ingest_worker;
-- A result that is retracted is replaced by the report before it; what an upsert writes in place of what stands,
-- it reads of the row that it could not insert.
GRANT SELECT ON result_reports, benchmark_results TO ingest_worker;
GRANT UPDATE (event_id, producer, occurred_at, score, source, reported, metric, unit, higher_is_better, stderr, ci_low,
    ci_high, ci_level, n, settings, evaluator, evaluator_relationship, harness, harness_version, source_url, run_id)
    ON benchmark_results TO ingest_worker;
GRANT SELECT, UPDATE, DELETE ON dead_letters TO ingest_worker;
GRANT USAGE ON SEQUENCE opinions_id_seq, result_reports_id_seq, benchmark_results_id_seq, dead_letters_id_seq,
    aliases_id_seq, use_cases_id_seq, retractions_id_seq, benchmark_metrics_id_seq TO ingest_worker;

-- What people work with. catalogue-api keeps it; ingest-worker opens and completes tasks of what waits.
GRANT SELECT, INSERT, UPDATE, DELETE ON categories, tags, model_tags, tasks TO catalogue_api;
GRANT SELECT, INSERT ON tasks TO ingest_worker;
GRANT UPDATE (status, priority, waiting) ON tasks TO ingest_worker;

-- What was erased does not come back: ingest-worker knows it by digests, and tells consumers of each event.
GRANT SELECT ON suppressions TO ingest_worker;
GRANT SELECT, INSERT ON erased_events TO ingest_worker;
GRANT UPDATE (stood_at, is_told) ON erased_events TO ingest_worker;
GRANT USAGE ON SEQUENCE erased_events_id_seq TO ingest_worker;
