#!/usr/bin/env bash
# Run once, when the database is made: a role for each who connects. What they may do with the tables is
# granted by the migrations (migrations/grants.sql), so that a managed database gets the same rights.
set -euo pipefail

psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
  --set owner="$CATALOGUE_OWNER_PASSWORD" --set api="$CATALOGUE_API_PASSWORD" \
  --set ingest="$INGEST_WORKER_PASSWORD" --set database="$POSTGRES_DB" <<'SQL'
CREATE ROLE catalogue_owner LOGIN PASSWORD :'owner';
CREATE ROLE catalogue_api LOGIN PASSWORD :'api' CONNECTION LIMIT 60;
CREATE ROLE ingest_worker LOGIN PASSWORD :'ingest' CONNECTION LIMIT 60;
ALTER DATABASE :"database" OWNER TO catalogue_owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
-- A query that a client has long given up must not hold on to its locks.
ALTER ROLE catalogue_api SET statement_timeout = '30s';
ALTER ROLE catalogue_api SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE ingest_worker SET idle_in_transaction_session_timeout = '60s';
SQL
