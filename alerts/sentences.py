"""The sentence a hit stands in, with one either side: what is quoted to a person. Offsets are of the text as given."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

QUOTE_LIMIT: Final = 240
"""No quote is longer; a page without a full stop is cut around the hit."""

_END: Final = re.compile(r"[。！？；!?;]+[”’」』）)]*|\.(?=\s)|\n")


def quote(text: str, start: int, end: int, limit: int = QUOTE_LIMIT) -> str:
    """The sentence(s) that `start:end` stands in and one either side within its paragraph, at most `limit` long."""
    starts = [0, *(found.end() for found in _END.finditer(text)), len(text)]
    first = bisect_right(starts, start) - 1
    last = bisect_right(starts, max(start, end - 1))
    begin, stop = starts[first], starts[min(last, len(starts) - 1)]
    before = starts[max(0, first - 1)]
    if text[begin - 1 : begin] != "\n" and stop - before <= limit:
        begin = before
    after = starts[min(last + 1, len(starts) - 1)]
    if text[stop - 1 : stop] != "\n" and after - begin <= limit:
        stop = after
    if stop - begin > limit:
        middle = max(0, (limit - (end - start)) // 2)
        begin, stop = max(begin, start - middle), min(stop, end + middle)
    return text[begin:stop].strip()
