"""Compressed bodies, unpacked in small steps, so that no step takes long and none makes much of little."""

import sys
import zlib
from collections.abc import Callable, Mapping
from typing import Protocol

from catalogue_api.http.problems import Malformed, TooLarge, UnsupportedMediaType

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STEP = 256 * 1024
"""Bytes: about a millisecond."""
MAX_RATIO = 200
FREE = 1024 * 1024
"""Bytes that may be made of any few: what is alike compresses well."""
WINDOW_LOG = 23
"""What RFC 8878 asks every decoder of zstd to take: 8 MiB."""


class Decoder(Protocol):
    """As in Python's own modules."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decoder with the manners of the later ones."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.needs_input = True

    def decompress(self, data: bytes, max_length: int) -> bytes:
        unpacked = self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)
        self.needs_input = not self._zlib.unconsumed_tail and len(unpacked) < max_length
        return unpacked

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data


def _zstd() -> Decoder:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})


DECODERS: Mapping[str, Callable[[], Decoder]] = {"gzip": _Gzip, "x-gzip": _Gzip, "zstd": _zstd}


class Unpacker:
    """Unpacks a body that arrives in parts; several archives in a row are one, as `cat` makes them.

    Raises UnsupportedMediaType for another `encoding` than those of DECODERS.
    """

    def __init__(self, encoding: str) -> None:
        if encoding not in DECODERS:
            raise UnsupportedMediaType("Send the body as it is, or with Content-Encoding: gzip or zstd.")
        self._encoding = encoding
        self._decoder = DECODERS[encoding]()
        self._input = b""
        self._packed = self._unpacked = 0

    @property
    def needs_input(self) -> bool:
        return not self._input and (self._decoder.needs_input or self._decoder.eof)

    def feed(self, data: bytes) -> None:
        self._input = data
        self._packed += len(data)

    def step(self) -> bytes:
        """Some of what the input makes, maybe nothing yet. Raises Malformed or TooLarge."""
        if self._decoder.eof:
            if not self._input:
                return b""
            self._decoder = DECODERS[self._encoding]()
        data, self._input = self._input, b""
        try:
            unpacked = self._decoder.decompress(data, STEP)
        except (zlib.error, zstd.ZstdError) as error:
            raise Malformed(f"The body is not {self._encoding}: {error}.") from error
        if self._decoder.eof:
            self._input = self._decoder.unused_data
        self._unpacked += len(unpacked)
        if self._unpacked > FREE + self._packed * MAX_RATIO:
            raise TooLarge(f"The body unpacks to over {MAX_RATIO} times its size: send it as it is.")
        return unpacked

    def end(self) -> None:
        """Raises Malformed where something should follow."""
        if not self._decoder.eof:
            raise Malformed(f"The body is not {self._encoding}: it is cut off.")
