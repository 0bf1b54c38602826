# Services by their labels in docker-compose.yml, so that a new one is found by itself. To be sourced.

# <label> <value>: the names of the services that have it, in alphabetical order, whether they run or not. Fails
# where there is none or the configuration cannot be read: `docker compose stop` without a name stops everything.
services_labelled() {
  local configuration found
  configuration=$(docker compose config) || return
  found=$(awk -v wanted="      $1: $2" '
    /^[a-z]/ { inside = ($0 == "services:") }
    inside && /^  [^ ]/ { service = $1; sub(/:$/, "", service) }
    inside && /^    [^ ]/ { labels = ($0 == "    labels:") }
    inside && labels && $0 == wanted { print service }' <<<"$configuration")
  [ -n "$found" ] || { echo "no service of docker-compose.yml has the label $1: $2" >&2; return 1; }
  echo "$found"
}
