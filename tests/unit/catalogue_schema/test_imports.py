import subprocess
import sys

import pytest

DRIVERS = {"sqlalchemy", "sqlmodel", "asyncpg", "greenlet"}


@pytest.mark.parametrize("module", ["events", "topics", "examples", "export"])
def test_events_and_topics_need_no_database_driver(module: str) -> None:
    program = f"import catalogue_schema.{module}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not DRIVERS & set(done.stdout.split())
