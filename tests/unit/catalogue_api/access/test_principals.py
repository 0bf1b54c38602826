"""Who is calling is asked of the database seldom, and never for long."""

import asyncio
from uuid import uuid4

import pytest
from catalogue_api.access.principals import (
    HOLDS,
    MAX_UNKNOWN,
    PATIENCE,
    REFRESH,
    TIMEOUT,
    Known,
    Principal,
    Principals,
)
from catalogue_api.http.problems import Unavailable

GRACE = 60.0
PRINCIPAL = Principal("key", uuid4(), frozenset({"read"}))


class Database:
    """What is known, how often it was asked, and whether it answers; with a clock of its own."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {"key": Known(PRINCIPAL)}
        self.asked = 0
        self.away = False
        self.stands = asyncio.Event()
        self.stands.set()
        self.now = 1000.0

    async def look_up(self, token: str) -> Known | None:
        self.asked += 1
        if token.startswith("invented"):
            await asyncio.sleep(10)
        await self.stands.wait()
        if self.away:
            raise ConnectionRefusedError
        return self.known.get(token)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def principals(database: Database) -> Principals:
    return Principals(database.look_up, GRACE, clock=lambda: database.now)


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_key_is_asked_for_once_for_all_who_come_with_it(
    principals: Principals, database: Database
) -> None:
    assert await asyncio.gather(*(principals.find("key") for _ in range(100))) == [PRINCIPAL] * 100
    assert [await principals.find("key") for _ in range(100)] == [PRINCIPAL] * 100
    assert database.asked == 1


async def test_it_is_asked_for_again_while_the_answer_still_holds(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    database.now += REFRESH
    database.stands.clear()  # whoever comes meanwhile waits for nothing
    assert await principals.find("key") == PRINCIPAL
    database.stands.set()
    await turn()
    database.now += HOLDS - 0.1
    assert await principals.find("key") == PRINCIPAL
    assert database.asked <= 3


async def test_what_is_revoked_holds_no_longer_than_an_answer(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    database.known.clear()
    database.now += HOLDS
    assert await principals.find("key") is None
    assert HOLDS < 5


async def test_a_key_ends_when_it_said_it_would(principals: Principals, database: Database) -> None:
    database.known["key"] = Known(PRINCIPAL, ends=database.now + 1)
    assert await principals.find("key") == PRINCIPAL
    database.now += 1
    assert await principals.find("key") is None


async def test_without_the_database_known_keys_go_on_for_their_grace(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    database.away = True
    for _ in range(int(GRACE) - 1):
        database.now += 1
        assert await principals.find("key") == PRINCIPAL
        await turn()
    database.now += 1
    with pytest.raises(Unavailable):
        await principals.find("key")


async def test_who_was_known_is_not_kept_waiting_by_a_database_that_says_nothing(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    database.known.clear()
    database.stands.clear()
    database.now += HOLDS
    async with asyncio.timeout(TIMEOUT / 2):
        assert await principals.find("key") == PRINCIPAL
    database.stands.set()  # what it says late counts, too
    await turn()
    assert await principals.find("key") is None
    assert database.asked == 2


async def test_who_was_known_for_longer_than_the_grace_waits_until_the_database_says_so(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    database.known.clear()
    database.stands.clear()
    database.now += GRACE
    finding = asyncio.create_task(principals.find("key"))
    done, _ = await asyncio.wait({finding}, timeout=2 * PATIENCE)
    assert not done
    database.stands.set()
    assert await finding is None


async def test_without_the_database_nobody_knows_a_new_key(
    principals: Principals, database: Database
) -> None:
    database.away = True
    with pytest.raises(Unavailable):
        await principals.find("key")
    database.away = False
    assert await principals.find("key") == PRINCIPAL


async def test_back_again_the_database_is_believed(principals: Principals, database: Database) -> None:
    await principals.find("key")
    database.away = True
    database.now += HOLDS
    assert await principals.find("key") == PRINCIPAL
    database.away = False
    database.known.clear()
    database.now += HOLDS
    assert await principals.find("key") is None


async def test_many_that_are_unknown_displace_none_that_is_known(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    for number in range(MAX_UNKNOWN + 10):
        assert await principals.find(f"other {number}") is None
    asked = database.asked
    assert await principals.find("key") == PRINCIPAL
    assert database.asked == asked
    await principals.find("other 0")  # was forgotten
    assert database.asked == asked + 1


async def test_a_flood_of_invented_keys_holds_up_none_that_is_known(
    principals: Principals, database: Database
) -> None:
    await principals.find("key")
    flood = [asyncio.create_task(principals.find(f"invented {number}")) for number in range(100)]
    await turn()
    assert database.asked == 2  # one of them at a time
    database.known.clear()
    database.now += HOLDS
    async with asyncio.timeout(1):
        assert await principals.find("key") is None
    for task in flood:
        task.cancel()
    await principals.close()
