"""Events as they pass."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from catalogue_schema.topics import TOPICS
from fastapi import Query, Request
from starlette.responses import Response

from catalogue_api.console.rendering import Console
from catalogue_api.console.routing import page_router
from catalogue_api.http.problems import Unavailable
from catalogue_api.live.looking import Recent
from catalogue_api.resources import AppResources, Resources
from catalogue_api.routers.stream import StreamQuery

MOST = 100
"""Events in the table."""
SAID: Mapping[str, Sequence[str]] = {
    "OpinionSubmitted": ["content"],
    "OpinionClassified": ["sentiment", "content"],
    "ResultReported": ["benchmark", "metric", "score", "unit"],
    "UseCaseMentioned": ["use_case", "description"],
    "SubmissionRetracted": ["retracts", "reason"],
    "SubjectErased": ["erasure_id"],
    "DeadLetter": ["reason", "topic", "partition", "offset"],
}
"""Which fields of an event say in short what it says; static/live.js goes by it, too."""
LONGEST = 200
TYPES = {topic.name: topic.event.__name__ for topic in TOPICS}

router = page_router()


class Row(NamedTuple):
    """An event in short. What other programs wrote on a topic may be any JSON."""

    told: dict[str, Any]
    type: str
    model: str
    said: str
    event_id: UUID | None

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Row":
        type_ = TYPES[told["topic"]]
        event = told["event"] if isinstance(told["event"], dict) else {}
        values = (event.get(field) for field in SAID[type_])
        said = " · ".join(str(value) for value in values if value is not None)
        return cls(told, type_, str(event.get("model", "")), said[:LONGEST], _id_of(event))


def _id_of(event: dict[str, Any]) -> UUID | None:
    try:
        return UUID(str(event.get("event_id")))
    except ValueError:
        return None


@router.get("/live")
async def live(
    resources: Resources, console: Console, request: Request, asked: Annotated[StreamQuery, Query()]
) -> Response:
    """The last events, which a script goes on from."""
    recent, reason = await _recent(resources, asked)
    return console.page(
        "live.html",
        rows=[Row.of(told) for told in recent.events] if recent else [],
        last=recent.positions if recent else "",
        reason=reason,
        asked=asked,
        topics=TOPICS,
        followed=urlencode({"topic": asked.topic}, doseq=True),
        said=SAID,
        most=MOST,
        base=str(request.base_url).rstrip("/"),
    )


async def _recent(resources: AppResources, asked: StreamQuery) -> tuple[Recent | None, str | None]:
    """None where Kafka is away, and why."""
    try:
        return await resources.looks.at_ends(asked.topics(), MOST), None
    except Unavailable as away:
        return None, away.detail
