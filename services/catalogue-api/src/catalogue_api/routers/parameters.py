"""What several routes take alike."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import quote
from uuid import UUID

from catalogue_schema.text import NewName
from fastapi import Depends, Path, Request
from pydantic import BaseModel, TypeAdapter

from catalogue_api.catalogue.paging import RowId
from catalogue_api.catalogue.upsert import C, record_parser
from catalogue_api.http.bodies import load_json
from catalogue_api.http.items import Batch, validate_items
from catalogue_api.http.lean import read_body
from catalogue_api.http.media import NDJSON, media_type
from catalogue_api.http.refusals import Unauthorized
from catalogue_api.http.splitting import Lines
from catalogue_api.resources import AppResources, Resources

T = TypeVar("T")

NamePath = Annotated[
    NewName,
    Path(description="May contain slashes, encoded or not; encode the rest", examples=["openai/gpt-4o"]),
]
IdPath = Annotated[RowId, Path(examples=[12])]


async def _signed_in(request: Request) -> UUID:
    principal = request.state.principal
    if principal.kind != "user":
        raise Unauthorized("Nobody is signed in: POST /v1/sessions with an address and a password.")
    return cast("UUID", principal.id)


SignedInUser = Annotated[UUID, Depends(_signed_in)]
"""Whoever is signed in, where nobody needs to be too. Raises Unauthorized."""


async def _producer(request: Request) -> UUID | None:
    return cast("UUID | None", request.state.principal.producer)


Producer = Annotated[UUID | None, Depends(_producer)]
"""Whose the events are that whoever asks submits."""


def location(collection: str, name: str) -> str:
    return f"/v1/{collection}/{quote(name, safe='/')}"


def ndjson_body(schema: type[BaseModel]) -> dict[str, Any]:
    """The body of an import as OpenAPI has it: a route that reads its body itself cannot be inspected."""
    content = {NDJSON: {"schema": TypeAdapter(schema).json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def records(schema: type[C]) -> Callable[[Request, Resources], Awaitable[Batch[C]]]:
    """A dependency that reads an NDJSON body of records, each with a name of its own."""

    async def read(request: Request, resources: Resources) -> Batch[C]:
        return await _read_lines(request, resources, record_parser(schema))

    return read


def lines(parse: Callable[[object], T]) -> Callable[[Request, Resources], Awaitable[Batch[T]]]:
    """A dependency that reads an NDJSON body; `parse` raises Rejected."""

    async def read(request: Request, resources: Resources) -> Batch[T]:
        return await _read_lines(request, resources, parse)

    return read


async def _read_lines(request: Request, resources: AppResources, parse: Callable[[object], T]) -> Batch[T]:
    media_type(request.headers.get("content-type", ""), {NDJSON})
    body = Lines(await read_body(request.receive))
    return await validate_items(body, lambda raw: parse(load_json(raw)), resources.settings.max_events)
