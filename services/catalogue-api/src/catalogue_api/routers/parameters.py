"""What several routes take alike."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote

from catalogue_schema.text import Name
from fastapi import Path, Request
from pydantic import TypeAdapter

from catalogue_api.catalogue.paging import RowId
from catalogue_api.catalogue.upsert import C, record_parser
from catalogue_api.http.bodies import load_json
from catalogue_api.http.items import Batch, validate_items
from catalogue_api.http.lean import read_body
from catalogue_api.http.media import NDJSON, media_type
from catalogue_api.http.splitting import Lines
from catalogue_api.resources import Resources

NamePath = Annotated[
    Name, Path(description="May contain slashes, encoded or not; encode the rest", examples=["openai/gpt-4o"])
]
IdPath = Annotated[RowId, Path(examples=[12])]


def location(collection: str, name: str) -> str:
    return f"/v1/{collection}/{quote(name, safe='/')}"


def ndjson_body(schema: type[C]) -> dict[str, Any]:
    """The body of an import as OpenAPI has it: a route that reads its body itself cannot be inspected."""
    content = {NDJSON: {"schema": TypeAdapter(schema).json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def records(schema: type[C]) -> Callable[[Request, Resources], Awaitable[Batch[C]]]:
    """A dependency that reads an NDJSON body of records."""

    async def read(request: Request, resources: Resources) -> Batch[C]:
        media_type(request.headers.get("content-type", ""), {NDJSON})
        lines, parse = Lines(await read_body(request.receive)), record_parser(schema)
        return await validate_items(lines, lambda raw: parse(load_json(raw)), resources.settings.max_events)

    return read
