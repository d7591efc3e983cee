"""What the registry covers: for each province and kind of agency, how many sources are healthy, on and known. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from spiders.source_file import AGENCIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# Column heads that leave room for twelve agencies within 100 columns.
_HEADS = {
    "procuratorate": "procur",
    "discipline": "discip",
    "united_front": "u.front",
    "overseas_chinese": "o.chin",
    "party_media": "p.media",
    "state_media": "s.media",
    "local_media": "l.media",
    "government": "govt",
    "foreign_affairs": "foreign",
    "immigration": "immigr",
}
_PLACE_COLUMNS, _CELL_COLUMNS = 10, 8
_ELSEWHERE = "(none)"


def coverage(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Lines of a table province × agency of `sources list` rows: healthy/on/known, a dot where nothing is known.

    Provinces of most sources first; only agencies that occur have a column.
    """
    cells: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in rows:
        cells.setdefault((str(row["province"] or _ELSEWHERE), str(row["agency"])), []).append(row)
    agencies = [agency for agency in AGENCIES if any(key[1] == agency for key in cells)]
    sizes = Counter(str(row["province"] or _ELSEWHERE) for row in rows)
    provinces = sorted(sizes, key=lambda name: (-sizes[name], name))
    if not rows:
        return
    yield "healthy / on / known"
    yield _line("", (_HEADS.get(agency, agency) for agency in agencies), "all")
    for province in provinces:
        found = [cells.get((province, agency), []) for agency in agencies]
        yield _line(province, map(_cell, found), _cell([row for some in found for row in some]))
    columns = [[row for row in rows if row["agency"] == agency] for agency in agencies]
    yield _line("all", map(_cell, columns), _cell(rows))


def _cell(rows: Sequence[Mapping[str, object]]) -> str:
    if not rows:
        return "."
    on = [row for row in rows if row["enabled"]]
    healthy = sum(row["health"] == "ok" for row in on)
    return f"{healthy}/{len(on)}/{len(rows)}"


def _line(head: str, cells: Iterable[str], last: str) -> str:
    # Chinese characters take two columns each.
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in head)
    padded = head + " " * max(0, _PLACE_COLUMNS - width)
    return (padded + "".join(f"{cell:>{_CELL_COLUMNS}}" for cell in cells) + f"{last:>{_CELL_COLUMNS + 2}}").rstrip()
