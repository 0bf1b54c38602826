"""The pipeline as an operator sees it."""

import httpx
import pytest
from catalogue_api.access.admission import COOKIE
from catalogue_messaging.settings import KafkaSettings
from catalogue_schema.topics import WITH_CONTENTS
from support.access import make_user, open_session
from support.api import serving
from support.polling import eventually
from support.proxies import proxied

from .conftest import HTML


async def test_all_parts_and_topics_are_in_the_picture_and_in_the_tables_behind_it(
    watcher: httpx.AsyncClient,
) -> None:
    page = await eventually(
        lambda: watcher.get("/pipeline"), lambda seen: "sentiment-worker is away" in seen.text
    )
    picture, _, tables = page.text.partition("</svg>")

    for topic in WITH_CONTENTS:
        assert topic.name.removeprefix("catalogue.") in picture
        assert topic.name in tables
    for part in ("catalogue-api", "kafka", "sentiment-worker", "ingest-worker", "postgresql"):
        assert f">{part}</text>" in picture
        assert f'<th scope="row">{part}</th>' in tables
    assert "docker compose up --detach --wait sentiment-worker" in tables


async def test_it_looks_again_by_itself_unless_one_asks_it_not_to(watcher: httpx.AsyncClient) -> None:
    assert 'hx-trigger="every 5s"' in (await watcher.get("/pipeline")).text
    assert "hx-trigger" not in (await watcher.get("/pipeline?still=true")).text


async def test_where_kafka_is_away_the_picture_says_so(free_port: int, database_url: str) -> None:
    nowhere = KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port}")
    async with serving(nowhere, database_url) as client:
        page = await client.get("/pipeline", headers=HTML)

    assert "kafka is away" in page.text
    assert "New events are refused with 503" in page.text


@pytest.mark.parametrize("how", ["cut", "freeze"])
async def test_who_is_signed_in_sees_that_the_database_is_away(
    topics: KafkaSettings, database_url: str, how: str
) -> None:
    session = await open_session(database_url, await make_user(database_url))
    async with proxied(database_url) as (url, proxy), serving(topics, url, auth="required") as client:
        client.headers.update(HTML)
        client.cookies.set(COOKIE, session)
        assert (await client.get("/pipeline")).is_success
        getattr(proxy, how)()
        page = await eventually(
            lambda: client.get("/pipeline"), lambda seen: "postgresql is away" in seen.text, 20
        )
        proxy.mend()

    assert page.is_success
    assert "Events are still taken" in page.text
