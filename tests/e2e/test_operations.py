"""What operators see of the whole system."""

import httpx


async def test_the_api_is_alive_ready_and_measured(api: httpx.AsyncClient) -> None:
    assert (await api.get("/livez")).status_code == httpx.codes.OK
    assert (await api.get("/readyz")).status_code == httpx.codes.OK
    assert "catalogue_events_total" in (await api.get("/metrics")).text


async def test_the_apis_are_described(api: httpx.AsyncClient) -> None:
    http, topics = (await api.get("/openapi.json")).json(), (await api.get("/asyncapi.json")).json()

    assert "/v1/events" in http["paths"]
    addresses = {channel["address"] for channel in topics["channels"].values()}
    assert addresses == {
        "catalogue.opinions.submitted.v1",
        "catalogue.opinions.classified.v1",
        "catalogue.results.reported.v1",
        "catalogue.use-cases.mentioned.v1",
        "catalogue.submissions.retracted.v1",
        "catalogue.subjects.erased.v1",
        "catalogue.dead-letters.v1",
    }


async def test_errors_are_problem_details(api: httpx.AsyncClient) -> None:
    for response in (await api.get("/nowhere"), await api.post("/v1/opinions", content=b"\xff")):
        assert response.headers["Content-Type"] == "application/problem+json"
        assert {"type", "title", "status"} <= response.json().keys()
