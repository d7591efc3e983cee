"""What Scrapy logs of its own accord: nothing per request, the captures say it better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.logformatter import LogFormatter

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response
    from scrapy.logformatter import LogFormatterResult


class QuietFormatter(LogFormatter):
    """Says nothing of an answer that came."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]  # None is documented: no line  # noqa: ARG002
        return None
