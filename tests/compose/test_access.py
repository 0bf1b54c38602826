"""From a start to a key that can only write events."""

from collections.abc import Callable

import httpx
from support.compose import ComposeStack, definitions


def test_the_api_asks_everybody_in_whatever_way_it_is_run() -> None:
    assert definitions()["catalogue-api"]["environment"]["AUTH"] == "required"


async def test_without_a_key_nothing_is_told_and_with_one_only_what_it_is_for(
    stack: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> None:
    async with client_of(stack) as admin:
        new = {"name": "scraper", "scopes": ["events:write"]}
        made = (await admin.post("/v1/api-keys", json=new)).raise_for_status().json()
        opinion = {"model": "lab/model", "content": "Good."}
        scraper = {"Authorization": f"Bearer {made['key']}"}
        async with httpx.AsyncClient(base_url=stack.api_url, timeout=60) as api:
            assert (await api.get("/v1/models")).status_code == httpx.codes.UNAUTHORIZED
            assert (await api.post("/v1/opinions", json=opinion)).status_code == httpx.codes.UNAUTHORIZED
            sent = await api.post("/v1/opinions", json=opinion, headers=scraper)
            assert sent.status_code == httpx.codes.ACCEPTED
            assert (await api.get("/v1/models", headers=scraper)).status_code == httpx.codes.FORBIDDEN
            assert (await api.get("/readyz")).status_code == httpx.codes.OK


async def test_the_audit_knows_from_where_a_request_came_through_the_edge(
    stack: ComposeStack, client_of: Callable[[ComposeStack], httpx.AsyncClient]
) -> None:
    edge = stack.container("edge")["NetworkSettings"]["Networks"].values()
    async with client_of(stack) as admin:
        await admin.post("/v1/api-keys", json={"name": "k", "scopes": ["read"]})
        [last] = (await admin.get("/v1/audit", params={"limit": 1})).raise_for_status().json()["items"]
    assert last["address"] not in {network["IPAddress"] for network in edge}
