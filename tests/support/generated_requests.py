"""What schemathesis has to know of our API: NDJSON, one value a line, and a stream that does not end."""

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    values = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(item).encode() for item in values)


@schemathesis.hook
def before_call(_context: Any, case: "schemathesis.Case[Any]", _kwargs: dict[str, Any]) -> None:
    if case.path == "/v1/stream" and case.method == "GET":
        case.method = "HEAD"  # is checked in the same way, and answered at once
