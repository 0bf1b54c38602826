import html
import re
from collections.abc import Iterable
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Query, Request, Response
from feedgenerator import Atom1Feed

from catalogue_api.catalogue.feed import Entry, FeedQuery, find_news
from catalogue_api.resources import Database

ATOM = "application/atom+xml"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write: https://www.w3.org/TR/xml/#charsets"""
TITLE = "AI Model Catalogue"

router = APIRouter(tags=["feed"])


@router.get(
    "/v1/feed",
    summary="What is new, as an Atom feed",
    response_class=Response,
    responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}},
)
async def get_feed(db: Database, request: Request, query: Annotated[FeedQuery, Query()]) -> Response:
    """New models, new results, and who leads the benchmarks that those are of: the newest 50."""
    return Response(atom(await find_news(db, query.kind), str(request.url)), media_type=ATOM)


def atom(entries: Iterable[Entry], address: str) -> bytes:
    """https://www.rfc-editor.org/rfc/rfc4287"""
    identity = uuid5(NAMESPACE_URL, address).urn
    feed = Atom1Feed(
        title=TITLE, link="/", description="", feed_url=address, feed_guid=identity, author_name=TITLE
    )
    for entry in entries:
        feed.add_item(
            title=NOT_XML.sub("\ufffd", entry.title),
            link=entry.path,
            description=html.escape(NOT_XML.sub("\ufffd", entry.text)),
            unique_id=entry.id.urn,
            updateddate=entry.updated,
            categories=[entry.kind],
        )
    return str(feed.writeString("utf-8")).encode()
