#!/usr/bin/env bash
# Over the network only with TLS.
set -euo pipefail
sed -i 's/^host[[:space:]]/hostssl /' "$PGDATA/pg_hba.conf"
