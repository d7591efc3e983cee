"""`query`: tables whose articles are told apart by the query string alone (PowerEasy, ASP, PHP): `show.asp?id=77`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spiders.platforms.dialects import dialect_of
from spiders.platforms.generic import Generic, chosen

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage

_ENOUGH = 3


class Query(Generic):
    """Rows as on any list; the number in the query is the article's identity, and a pager's `page=` the list's."""

    name = "query"

    def recognise(self, page: ListPage) -> float:
        rows = [row for group in chosen(page) for row in group.rows]
        paths = Counter(urlsplit(row.url).path for row in rows if dialect_of(row.url) == "query_id")
        path, most = max(paths.items(), key=lambda one: one[1], default=("", 0))
        return 0.4 if most >= _ENOUGH and most > len(rows) / 2 and path != "/" else 0.0
