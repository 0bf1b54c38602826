-- A catalogue of 10,000 models, 231 of them with results and opinions, and 26 benchmarks; reads.py fills in
-- $opinions and $per_pair.
-- Values are skewed: the greater `skew`, the more rows have the first of the `n` values. Opinions come roughly in
-- the order of their dates; of a thousand days, every batch spreads over ninety.
CREATE FUNCTION pick(n int, skew float) RETURNS int LANGUAGE sql VOLATILE
    AS 'SELECT floor(n * power(random(), skew))::int';
-- Words as texts have them: the second most frequent is half as frequent as the first, the tenth a tenth (Zipf).
CREATE FUNCTION word(rank int) RETURNS text LANGUAGE sql IMMUTABLE
    AS 'SELECT translate(rank::text, ''0123456789'', ''aeioubdgkm'')';
CREATE FUNCTION random_word() RETURNS text LANGUAGE sql VOLATILE AS 'SELECT word(floor(power(100000, random()))::int)';

INSERT INTO models (name, organization) SELECT 'lab/model-' || n, 'lab' FROM generate_series(0, 230) AS n;
INSERT INTO models (name, display_name, organization, metadata)
SELECT 'org-' || n % 300 || '/model-' || n, 'Model ' || n, 'org-' || n % 300, jsonb_build_object('open_weights', n % 3 = 0)
FROM generate_series(231, 9999) AS n;
INSERT INTO benchmarks (name) SELECT 'bench-' || n FROM generate_series(0, 25) AS n;

CREATE TEMPORARY TABLE sentences AS
SELECT n, (SELECT string_agg(random_word(), ' ') FROM generate_series(1, 4 + n % 11)) AS text
FROM generate_series(0, 19999) AS n;
ANALYZE sentences;

INSERT INTO opinions (model_id, content, sentiment, source, author, date_published, tags)
SELECT 1 + pick(231, 2.5),
       one.text || '; ' || other.text || ' ' || random_word(),
       (ARRAY['positive', 'positive', 'negative', 'neutral', 'mixed', NULL])[1 + pick(6, 1)],
       'source-' || pick(20, 2),
       'author-' || pick(100000, 2),
       date '2023-01-01' + (i * 1000.0 / $opinions)::int + pick(90, 1),
       CASE i % 3 WHEN 1 THEN ARRAY['tag-' || pick(30, 2)]
                  WHEN 2 THEN ARRAY['tag-' || pick(30, 2), 'tag-' || pick(30, 1)] END
FROM generate_series(1, $opinions) AS i
JOIN sentences AS one ON one.n = i % 20000
JOIN sentences AS other ON other.n = i * 7919::bigint % 19997;

INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested, source)
SELECT model, benchmark, random() * 100, date '2023-01-01' + day, 'source-' || pick(20, 2)
FROM generate_series(1, $per_pair) AS day, generate_series(1, 26) AS benchmark, generate_series(1, 231) AS model;

INSERT INTO use_cases (model_id, use_case)
SELECT 1 + pick(231, 2.5), 'chat ' || n FROM generate_series(1, $opinions / 100) AS n;
