"""What the engine says of a URL that it cannot take."""

import pytest
from catalogue_schema.database import create_engine
from sqlalchemy.exc import ArgumentError


def test_a_password_that_is_not_escaped_is_refused_without_being_repeated() -> None:
    with pytest.raises(ArgumentError, match="port is not a number") as refusal:
        create_engine("postgresql://user:a@b:sec/ret@host/name")

    assert refusal.value.__cause__ is None
    assert "sec" not in str(refusal.value)
