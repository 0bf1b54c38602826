# What backup and restore share. To be sourced.

in_postgres() { docker compose exec -T postgres "$@"; }

sql() { in_postgres psql --username postgres --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

# stdin: a dump. stdout: a line "table count" for each table. Fails where the dump cannot be read to its end.
rows_in_dump() {
  # shellcheck disable=SC2016 # expanded in the container
  in_postgres bash -c 'set -o pipefail; pg_restore --data-only --file=- | awk "
    /^COPY / && !inside { table = \$2; sub(/^public\\./, \"\", table); inside = 1; count = 0; next }
    inside && \$0 == \"\\\\.\" { print table, count; inside = 0; next }
    inside { count++ }"' | LC_ALL=C sort
}

# The same of a database, by name.
rows_in_database() {
  sql --dbname "$1" --field-separator ' ' --command "
    SELECT table_name, (xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM public.%I', table_name),
                                                         false, true, '')))[1]
    FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'" | LC_ALL=C sort
}
