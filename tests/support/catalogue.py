"""What end-to-end tests do with the API."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from support.polling import eventually

Json = dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    api: httpx.AsyncClient
    model: str
    benchmark: str

    @classmethod
    async def create(cls, api: httpx.AsyncClient, model: str, benchmark: str) -> "Catalogue":
        (await api.post("/v1/models", json={"name": model, "organization": "lab"})).raise_for_status()
        (await api.post("/v1/benchmarks", json={"name": benchmark})).raise_for_status()
        return cls(api, model, benchmark)

    def result(self, score: float, **fields: Any) -> Json:
        event = {"type": "ResultReported", "event_id": str(uuid4()), "model": self.model}
        return event | {"benchmark": self.benchmark, "score": score} | fields

    def opinion(self, content: str, **fields: Any) -> Json:
        event = {"type": "OpinionSubmitted", "event_id": str(uuid4()), "model": self.model}
        return event | {"content": content} | fields

    async def post(self, *events: Json) -> Json:
        """Post the events in one request, and see them all accepted."""
        response = await self.api.post("/v1/events", json=events)
        assert response.status_code == httpx.codes.ACCEPTED, response.text
        body: Json = response.json()
        assert body["accepted"] == len(events)
        return body

    async def receipt(self, event_id: str, status: str | None = None) -> Json:
        """What became of the event, once something has, or once it has this status."""

        async def look() -> Json:
            receipt: Json = (await self.api.get(f"/v1/events/{event_id}")).json()
            return receipt

        def is_there(receipt: Json) -> bool:
            return bool(receipt["status"] == status if status else receipt["status"] != "unknown")

        return await eventually(look, is_there, 60)

    async def items(self, path: str, **query: str) -> list[Json]:
        answer = (await self.api.get(path, params=query)).raise_for_status().json()
        items: list[Json] = answer["items"]
        return items

    async def results(self) -> list[Json]:
        return await self.items("/v1/results", model=self.model)

    async def opinions(self, **query: str) -> list[Json]:
        return await self.items("/v1/opinions", model=self.model, **query)

    async def ranking(self) -> list[Json]:
        return await self.items(f"/v1/rankings/{quote(self.benchmark, safe='')}")
