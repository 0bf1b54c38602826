# What was erased stays erased when a backup is restored. To be sourced, after database.sh.

# <from> <to>: databases. What was erased by the first is erased by the second, too; it fails where their ERASURE_KEYs
# were two.
carry_erasures() {
  local carries
  carries=$(sql --dbname "$1" --command "SELECT to_regclass('suppressions') IS NOT NULL")
  [ "$carries" = t ] || return 0
  carry "$1" "$2" erasures "id, created_at, kind, done_at, counts" "(id) DO NOTHING"
  carry "$1" "$2" suppressions "kind, digest, erasure_id" "(kind, digest) DO NOTHING"
  carry "$1" "$2" erased_events "erasure_id, event_id, producer, stood_at, is_told" "(event_id, producer) DO NOTHING"
}

carry() { # <from> <to> <table> <columns> <on conflict>; ids that count are made anew
  sql --dbname "$1" --command "COPY $3 ($4) TO STDOUT" |
    sql --dbname "$2" --command "CREATE TEMPORARY TABLE carried AS SELECT $4 FROM $3 WITH NO DATA" \
      --command "COPY carried ($4) FROM STDIN" \
      --command "INSERT INTO $3 ($4) SELECT $4 FROM carried ON CONFLICT $5"
}
