"""What is asked of an erasure, and what is reported of it."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from catalogue_schema.subjects import Kind, Subject
from catalogue_schema.text import ShortText
from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_EVENTS = 1000

BACKUPS = (
    "Backups made before this hold the data until they are deleted; restoring one erases them again. "
    "Consumers were told of each event on catalogue.subjects.erased.v1, and have to delete their own copies."
)


class ErasureRequest(BaseModel):
    """Exactly one of `author`, `event_ids` and `source`, as the events have it."""

    model_config = ConfigDict(extra="forbid")

    author: Annotated[ShortText | None, Field(description="Of opinions; who mentioned use cases")] = None
    event_ids: Annotated[list[UUID] | None, Field(min_length=1, max_length=MOST_EVENTS)] = None
    source: ShortText | None = None
    dry_run: Annotated[bool, Field(description="Count what would be erased, and do nothing")] = False

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if sum(each is not None for each in (self.author, self.event_ids, self.source)) != 1:
            raise ValueError("give exactly one of author, event_ids and source")
        return self

    @property
    def kind(self) -> Kind:
        if self.event_ids is not None:
            return "event_id"
        return "author" if self.author is not None else "source"

    @property
    def values(self) -> list[str]:
        if self.event_ids is not None:
            return [str(each) for each in dict.fromkeys(self.event_ids)]
        return [self.author or self.source or ""]

    @property
    def subjects(self) -> list[Subject]:
        return [Subject(self.kind, value) for value in self.values]


class TopicReport(BaseModel):
    """`until` null: for ever, or not known now; `detail` says which, and what to do."""

    topic: str
    until: datetime | None
    detail: str


class ErasureReport(BaseModel):
    """Nothing in it says whose data they were."""

    id: UUID | None
    kind: Kind
    dry_run: bool
    created_at: datetime | None
    done_at: Annotated[datetime | None, Field(description="Null until all is erased: send the request again")]
    erased: Annotated[
        dict[str, int], Field(description="How much, by kind of record", examples=[{"opinions": 12}])
    ]
    came_again: Annotated[int, Field(description="Events that came after it, and were not recorded")] = 0
    topics: Annotated[
        list[TopicReport], Field(description="Until when messages with the data may stand on each topic")
    ]
    remains: str = BACKUPS
