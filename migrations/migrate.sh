#!/bin/sh
# What the migrations' container runs: the tables, then the services' rights to them.
set -eu
alembic upgrade head
exec python grant.py
