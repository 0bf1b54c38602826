-- A catalogue of 231 models and 26 benchmarks; reads.py fills in $opinions and $per_pair.
-- Values are skewed: the greater `skew`, the more rows have the first of the `n` values. Opinions come roughly in
-- the order of their dates; of a thousand days, every batch spreads over ninety.
CREATE FUNCTION pick(n int, skew float) RETURNS int LANGUAGE sql VOLATILE
    AS 'SELECT floor(n * power(random(), skew))::int';

INSERT INTO models (name, organization) SELECT 'lab/model-' || n, 'lab' FROM generate_series(0, 230) AS n;
INSERT INTO benchmarks (name) SELECT 'bench-' || n FROM generate_series(0, 25) AS n;

INSERT INTO opinions (model_id, content, sentiment, source, author, date_published, tags)
SELECT 1 + pick(231, 2.5),
       repeat('good for code, slow for chat; ', 3) || n,
       (ARRAY['positive', 'positive', 'negative', 'neutral', 'mixed', NULL])[1 + pick(6, 1)],
       'source-' || pick(20, 2),
       'author-' || pick(100000, 2),
       date '2023-01-01' + (n * 1000.0 / $opinions)::int + pick(90, 1),
       CASE n % 3 WHEN 1 THEN ARRAY['tag-' || pick(30, 2)]
                  WHEN 2 THEN ARRAY['tag-' || pick(30, 2), 'tag-' || pick(30, 1)] END
FROM generate_series(1, $opinions) AS n;

INSERT INTO benchmark_results (model_id, benchmark_id, score, date_tested, source)
SELECT model, benchmark, random() * 100, date '2023-01-01' + day, 'source-' || pick(20, 2)
FROM generate_series(1, $per_pair) AS day, generate_series(1, 26) AS benchmark, generate_series(1, 231) AS model;

INSERT INTO use_cases (model_id, use_case)
SELECT 1 + pick(231, 2.5), 'chat ' || n FROM generate_series(1, $opinions / 100) AS n;
