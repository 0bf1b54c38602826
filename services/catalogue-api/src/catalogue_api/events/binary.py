"""CloudEvents in HTTP's binary mode: attributes as `ce-` headers, the event's fields as the body.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from urllib.parse import unquote

from catalogue_schema.events import Event
from pydantic import ValidationError

from catalogue_api.events.doors import CloudEvent, Door, door_of
from catalogue_api.events.formats import Format
from catalogue_api.events.parsing import enveloped, parse_event
from catalogue_api.http.lean import LeanRequest
from catalogue_api.http.problems import FieldError, Invalid, reason_of
from catalogue_api.http.splitting import Whole

MARK = b"ce-specversion"
"""The header that says that a request is one of these."""


def binary_format(request: LeanRequest, door: Door) -> Format:
    """How to read the request's event. Raises Invalid where its headers make no CloudEvent for this door."""
    envelope = _envelope(request)
    if envelope.type not in door.kinds:
        raise Invalid([FieldError(pointer="header:ce-type", reason=door.expected)])
    only = door_of(envelope.type)

    def parse(raw: bytes, _: Door) -> Event:
        return enveloped(parse_event(raw, only), envelope, "")

    return Format(Whole, parse)


def _envelope(request: LeanRequest) -> CloudEvent:
    attributes = {}
    for name in CloudEvent.model_fields:
        value = request.header(b"ce-" + name.encode())
        if value is not None:
            attributes[name] = unquote(value)
    try:
        return CloudEvent.model_validate(attributes)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise Invalid(
            [FieldError(pointer=f"header:ce-{each['loc'][0]}", reason=reason_of(each)) for each in errors]
        ) from error
