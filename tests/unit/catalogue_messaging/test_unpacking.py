import os
from collections.abc import Callable

import pytest
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from catalogue_messaging.unpacking import CODECS, MAX_UNPACKED, UnreadableBatch, unpack_within_bounds

PACK: dict[str, Callable[..., bytes]] = {
    "gzip": gzip_encode,
    "snappy": snappy_encode,
    "lz4": lz4_encode,
    "zstd": zstd_encode,
}
each_codec = pytest.mark.parametrize("codec", PACK)


def unpacked(codec: str, payload: bytes) -> bytes:
    return unpack_within_bounds(CODECS[codec], memoryview(payload))


@each_codec
@pytest.mark.parametrize("content", [b"{}", b"{}" * 100_000, os.urandom(3000)])
def test_what_was_packed_is_unpacked(codec: str, content: bytes) -> None:
    assert unpacked(codec, PACK[codec](content)) == content


@each_codec
def test_more_than_the_limit_is_refused(codec: str) -> None:
    with pytest.raises(UnreadableBatch, match="over"):
        unpacked(codec, PACK[codec](b"\0" * (MAX_UNPACKED + 1)))


@each_codec
@pytest.mark.parametrize("damage", [lambda packed: packed[:-5], lambda _: b"garbage" * 10])
def test_what_is_damaged_is_refused(codec: str, damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(UnreadableBatch, match="cannot be unpacked"):
        unpacked(codec, damage(PACK[codec](b"{}" * 1000)))
