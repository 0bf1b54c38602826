"""What schemathesis has to know of our API: NDJSON, as it writes JSON, one value a line."""

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context: Any, value: Any) -> bytes:
    values = value if isinstance(value, list) else [value]
    return b"\n".join(json.dumps(item).encode() for item in values)
