from __future__ import annotations

import gzip
import zlib

import brotli
import pytest
from backports import zstd

from storage.bodies import Decoded, content_encoding_of, decode

TEXT = "通报：甲县公安局".encode() * 1000
RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "coding", "expected"),
    [
        (TEXT, None, (TEXT, True)),
        (TEXT, "identity", (TEXT, True)),
        (gzip.compress(TEXT), "gzip", (TEXT, True)),
        (gzip.compress(TEXT), "GZIP", (TEXT, True)),
        (gzip.compress(TEXT[:600]) + gzip.compress(TEXT[600:]), "gzip", (TEXT, True)),
        (gzip.compress(TEXT) + b"\0\0\0", "gzip", (TEXT, True)),
        (zlib.compress(TEXT), "deflate", (TEXT, True)),
        (RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush(), "deflate", (TEXT, True)),
        (brotli.compress(TEXT), "br", (TEXT, True)),
        (brotli.compress(gzip.compress(TEXT)), "gzip, br", (TEXT, True)),
        (zstd.compress(TEXT), "zstd", (TEXT, True)),
        (zstd.compress(TEXT)[:-9], "zstd", (b"", False)),
        (TEXT, "gzip", (TEXT, False)),
        (TEXT, "zstd", (TEXT, False)),
        (gzip.compress(b"x") * 256, "gzip", (b"x" * 256, True)),
        (gzip.compress(b"x") * 300, "gzip", (b"x" * 256, False)),
        (TEXT, ", ".join(["gzip"] * 5), (TEXT, False)),
        (b"", "gzip", (b"", True)),
        (b"", "deflate", (b"", True)),
    ],
)
def test_a_body_comes_out_as_it_was_meant(body: bytes, coding: str | None, expected: tuple[bytes, bool]) -> None:
    headers = (("Content-Encoding", coding),) if coding else ()
    data, whole = expected
    assert decode(body, content_encoding_of(headers), limit=10**6) == Decoded(data=data, whole=whole)


@pytest.mark.parametrize(
    ("compress", "coding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (brotli.compress, "br")]
)
def test_a_bomb_gives_its_first_bytes_and_no_more(compress, coding) -> None:  # type: ignore[no-untyped-def]
    assert decode(compress(bytes(50_000_000)), coding, limit=100_000) == Decoded(data=bytes(100_000), whole=False)


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_body_comes_out_as_far_as_it_goes(damage: str) -> None:
    text = b"".join(str(number).encode() for number in range(100_000))
    packed = bytearray(gzip.compress(text))
    if damage == "cut":
        del packed[len(packed) // 2 :]
    else:
        packed[len(packed) // 2] ^= 0xFF
    out = decode(bytes(packed), "gzip", limit=10**6)
    assert not out.whole
    assert len(out.data) > 1000
    assert text.startswith(out.data[:1000])
