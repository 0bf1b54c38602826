"""What producers may submit, as models that check an item and read it in one step, made from the registry."""

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from catalogue_schema.events import Event
from catalogue_schema.times import Time
from catalogue_schema.topics import SUBMITTED, Topic
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, create_model

from catalogue_api.http.media import JSON, parse_media_type


def _json(media_type: str) -> str:
    if parse_media_type(media_type).known({JSON}):
        return media_type
    raise ValueError(f"must be {JSON}, in UTF-8")


class CloudEvent(BaseModel):
    """CloudEvents 1.0. Extension attributes are taken and ignored, `producer` too: that is whoever sends it.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str = Field(min_length=1)
    type: str
    time: Time | None = None
    datacontenttype: Annotated[str, AfterValidator(_json)] | None = None


class Door:
    """Events of some kinds, bare or as CloudEvents; among several kinds a bare one has to say its `type`."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = kinds
        self.event: TypeAdapter[Event] = _one_of([door_event(kind) for kind in self.kinds])
        self.cloudevent: TypeAdapter[Any] = _one_of([_cloudevent(kind) for kind in self.kinds])

    @property
    def expected(self) -> str:
        """What to say of another type."""
        return f"must be {' or '.join(self.kinds)}"


@cache
def door_of(*kinds: str) -> Door:
    """The door for events of these kinds; making one takes milliseconds."""
    return Door(kinds)


@cache
def door_event(kind: str) -> type[Event]:
    """The event with the `type` that it has among others; as JSON it is the event alone."""
    only: Any = Literal[kind]
    event = SUBMITTED[kind].event
    model = create_model(kind, __base__=event, type=(only, Field(default=kind, exclude=True)))
    return cast("type[Event]", model)


@cache
def topics_by_event() -> Mapping[type[Event], Topic]:
    return {door_event(kind): topic for kind, topic in SUBMITTED.items()}


def _cloudevent(kind: str) -> type[BaseModel]:
    only: Any = Literal[kind]
    return create_model(
        f"CloudEvent of {kind}", __base__=CloudEvent, type=(only, ...), data=(door_event(kind), ...)
    )


def _one_of(models: Sequence[type[BaseModel]]) -> TypeAdapter[Any]:
    either: Any = reduce(or_, models)
    if len(models) > 1:
        either = Annotated[either, Field(discriminator="type")]
    return TypeAdapter(either)
