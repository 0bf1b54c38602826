# Services by their labels in docker-compose.yml, so that a new one is found by itself. To be sourced.

# <label> <value>: the names of the services that have it, in alphabetical order, whether they run or not.
services_labelled() {
  docker compose config | awk -v wanted="      $1: $2" '
    /^[a-z]/ { inside = ($0 == "services:") }
    inside && /^  [a-z]/ { service = $1; sub(/:$/, "", service) }
    inside && $0 == wanted { print service }'
}
