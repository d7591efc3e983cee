from __future__ import annotations

import gzip
import zlib

import brotli
import pytest

from crawler.decode import decode

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
        (TEXT, "gzip", (TEXT, True)),
        (TEXT, "zstd", (TEXT, False)),
        (TEXT, "gzip, gzip, gzip, gzip", (TEXT, False)),
        (b"", "gzip", (b"", True)),
    ],
)
def test_a_body_comes_out_as_it_was_meant(body: bytes, coding: str | None, expected: tuple[bytes, bool]) -> None:
    assert decode(body, coding, 10**6) == expected


@pytest.mark.parametrize(
    ("compress", "coding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (brotli.compress, "br")]
)
def test_a_bomb_gives_its_first_bytes_and_no_more(compress, coding) -> None:  # type: ignore[no-untyped-def]
    assert decode(compress(bytes(50_000_000)), coding, 100_000) == (bytes(100_000), False)


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_body_comes_out_as_far_as_it_goes(damage: str) -> None:
    text = b"".join(str(number).encode() for number in range(100_000))
    packed = bytearray(gzip.compress(text))
    if damage == "cut":
        del packed[len(packed) // 2 :]
    else:
        packed[len(packed) // 2] ^= 0xFF
    out, whole = decode(bytes(packed), "gzip", 10**6)
    assert not whole
    assert len(out) > 1000
    assert text.startswith(out[:1000])
