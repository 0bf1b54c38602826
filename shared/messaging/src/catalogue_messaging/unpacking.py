"""Compressed batches of other producers, unpacked within bounds.

aiokafka unpacks whatever came, at once: a mebibyte on a topic may be a gigabyte in memory. It has no setting
for that, so its functions are replaced, where its record batches call them.
"""

import struct
import sys
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

import cramjam
from aiokafka.codec import _detect_xerial_stream
from aiokafka.record.default_records import DefaultRecordBatch

MAX_UNPACKED = 64 * 1024**2
"""Bytes of a batch; a topic takes at most one mebibyte of what a producer has packed."""
USUAL_RATIO = 16


class UnreadableBatch(ValueError):  # noqa: N818 (what is said of the batch)
    """It is damaged, or would be too large."""


def bound_unpacking() -> None:
    """For the whole process, and as often as you like."""
    module = sys.modules[DefaultRecordBatch.__module__]
    for name, unpack in CODECS.items():
        setattr(module, f"{name}_decode", partial(unpack_within_bounds, unpack))


def unpack_within_bounds(unpack: Callable[[bytes], bytes], payload: Any) -> bytes:
    """Raises UnreadableBatch."""
    try:
        return unpack(bytes(payload))
    except (cramjam.DecompressionError, zlib.error, struct.error, EOFError) as error:
        raise UnreadableBatch(f"its batch cannot be unpacked: {error}") from error


def _too_large() -> UnreadableBatch:
    return UnreadableBatch(f"its batch is over {MAX_UNPACKED:,} bytes unpacked")


def _gzip(payload: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(payload, MAX_UNPACKED)
    if not unpacker.eof:
        raise _too_large() if len(unpacked) == MAX_UNPACKED else EOFError("it ends too early")
    return unpacked


def _snappy(payload: bytes) -> bytes:
    blocks = [*_xerial_blocks(payload)] if _detect_xerial_stream(payload) else [payload]
    if sum(map(cramjam.snappy.decompress_raw_len, blocks)) > MAX_UNPACKED:
        raise _too_large()
    return b"".join(bytes(cramjam.snappy.decompress_raw(block)) for block in blocks)


def _xerial_blocks(payload: bytes) -> Any:
    cursor = 16
    while cursor < len(payload):
        (size,) = struct.unpack_from("!i", payload, cursor)
        if size <= 0:
            raise EOFError("a block has no size")
        yield payload[cursor + 4 : cursor + 4 + size]
        cursor += 4 + size


def _into_buffer(codec: Any, payload: bytes) -> bytes:
    """Neither format has to say beforehand how large its content is."""
    sizes = (min(len(payload) * USUAL_RATIO + 1024, MAX_UNPACKED), MAX_UNPACKED)
    for size in sizes:
        room = bytearray(size)
        try:
            return bytes(memoryview(room)[: codec.decompress_into(payload, room)])
        except cramjam.DecompressionError as error:
            failure = error
    if "whole buffer" in str(failure) or "too small" in str(failure):
        raise _too_large() from failure
    raise failure


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "snappy": _snappy,
    "lz4": partial(_into_buffer, cramjam.lz4),
    "zstd": partial(_into_buffer, cramjam.zstd),
}
