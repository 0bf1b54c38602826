"""The client for asyncio."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from catalogue_client.answers import Json
from catalogue_client.client import Catalogue, Rejection


class AsyncCatalogue:
    """`catalogue`, with each call in a thread, so that the event loop goes on. Raises what that raises."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._catalogue.__exit__(kind, error, trace)

    async def send(self, events: Sequence[Mapping[str, Any]]) -> list[Rejection]:
        return await asyncio.to_thread(self._catalogue.send, events)

    async def receipt(self, event_id: UUID | str) -> Json:
        return await asyncio.to_thread(self._catalogue.receipt, event_id)
