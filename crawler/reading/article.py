"""From a parsed page to the fields of a document: the hints first, the generic reader only where they are weak."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.reading import dates, publisher, title
from crawler.reading.containers import Choice, choose
from crawler.reading.html import Span
from crawler.reading.noise import is_meta_line, trim

if TYPE_CHECKING:
    from crawler.reading.dates import Moment
    from crawler.reading.html import Page


@dataclass(slots=True, kw_only=True)
class Article:
    """What one page says, before its kind is known."""

    title: str = ""
    paragraphs: list[str] = field(default_factory=list)
    moment: Moment | None = None
    publisher: str | None = None
    author: str | None = None
    platform: str | None = None
    choice: Choice | None = None
    warnings: list[str] = field(default_factory=list)
    shown: bool = False
    prose: int = 0


def read_article(page: Page) -> Article:
    choice = choose(page)
    span = choice.span if choice else None
    text, line = title.find(page, span)
    article = Article(title=text, choice=choice, platform=choice.platform if choice else None)
    if span is not None:
        lines = page.lines[span.start : span.end]
        article.paragraphs = trim(lines, text)
        article.prose = sum(
            len(line.text) - line.linked
            for line in lines
            if line.stops and len(line.text) >= 25 and line.linked < 0.5 * len(line.text)
        )
    head, foot = _around(page, span, line)
    article.moment, article.shown = _when(page, head, foot, article.warnings)
    article.publisher = publisher.from_lines(head) or publisher.from_lines(foot) or publisher.from_metas(page)
    article.author = publisher.author_from(head) or page.metas.get("author")
    return article


def _around(page: Page, span: Span | None, title_line: int | None) -> tuple[list[str], list[str]]:
    """The lines beside the title down to the text, and those right below the text."""
    lines = page.lines
    if span is None:
        return [line.text for line in lines[:40]], []
    inside = [line.text for line in lines[span.start : min(span.end, span.start + 8)]]
    start = title_line + 1 if title_line is not None else max(0, span.start - 12)
    head = [line.text for line in lines[start : max(span.start, start)]][:25]
    head += [text for text in inside if is_meta_line(text) and len(text) < 120]
    if title_line is not None:
        head += [line.text for line in lines[max(0, title_line - 4) : title_line]][::-1]
    foot = [line.text for line in lines[max(span.end - 4, span.start) : span.end + 6] if len(line.text) < 120]
    return head, foot


def _when(page: Page, head: list[str], foot: list[str], warnings: list[str]) -> tuple[Moment | None, bool]:
    shown = _labelled(head) or _any(head) or _labelled(foot)
    said = _meta(page)
    url = dates.in_url(page.url)
    if shown and said and shown.day != said.day:
        warnings.append(f"the page shows {shown.day}, its meta tag says {said.day}")
    return shown or said or url, shown is not None


def _labelled(lines: list[str]) -> Moment | None:
    for text in lines:
        if is_meta_line(text):
            found = dates.first(text)
            if found:
                return found
    return None


def _any(lines: list[str]) -> Moment | None:
    for text in lines:
        if len(text) <= 120:
            found = dates.first(text)
            if found:
                return found
    return dates.first(" ".join(lines)[:300])


_META_NAMES = ("pubdate", "publishdate", "firstpublishedtime", "article:published_time", "og:published_time", "article:publish_time",
    "apub:time", "publish_time", "publishtime", "datepublished", "weibo: article:create_at", "og:release_date", "date", "dc.date", "pubtime")  # fmt: skip


def _meta(page: Page) -> Moment | None:
    for name in _META_NAMES:
        found = dates.first(page.metas.get(name, ""))
        if found:
            return found
    return None
