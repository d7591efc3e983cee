"""From a parsed page to the fields of a document: the hints first, the generic reader only where they are weak."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from crawler.reading import attachments, data, dates, generic, hints, publisher, title, wechat, wechat_posts
from crawler.reading.containers import Choice, choose
from crawler.reading.html import Span, has_stop
from crawler.reading.noise import is_meta_line, trim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.reading.dates import Moment
    from crawler.reading.html import Line, Page
    from storage.findings import Link


@dataclass(slots=True, kw_only=True)
class Article:
    """What one page says, before its kind is known.

    `shown`: the date stands beside the title; `prose`: how many characters of sentences the container holds;
    `is_post`: it is pictures with some words, as its platform has them.
    """

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
    image_only: bool = False
    is_post: bool = False
    attachments: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """The lines beside the title down to the text, and those right below the text."""

    head: list[Line]
    foot: list[Line]


def read_article(page: Page) -> Article:
    """The fields of an article, as far as the page has them."""
    choice = choose(page)
    text, line = title.find(page, choice.span if choice else None)
    if choice is not None and choice.known is None and line is not None and choice.span.end <= line:
        # Sentences above the title are a banner's.
        choice = None
    article = Article(title=text, choice=choice, platform=choice.platform if choice else None)
    if choice is not None:
        _body(page, article, choice)
    if choice is None or (not choice.sure and choice.share < _SCATTERED):
        _ask_others(page, article)
    around = _around(page, choice.span if choice else None, line)
    _date(page, article, around)
    _names(page, article, around)
    if wechat.is_page(page):
        _wechat(page, article)
    letters = sum(map(len, article.paragraphs))
    article.image_only = letters < _HARDLY_A_WORD and (article.is_post or _has_picture(page, choice))
    found = (*article.attachments, *attachments.find(page, choice, line, letters))
    article.attachments = tuple({link.url: link for link in found}.values())[: attachments.MAX_ATTACHMENTS]
    return article


# A page whose best element holds less than this of its sentences is put to the generic reader too.
_SCATTERED = 0.6
# What others found must have so much more prose than what we found: both find the same text on good pages.
_BETTER = 1.25
# platforms.md, section 6: a page with pictures and fewer characters than this is a notice published as an image.
_HARDLY_A_WORD = 40


def _body(page: Page, article: Article, choice: Choice) -> None:
    lines = page.lines[choice.span.start : choice.span.end]
    if choice.platform == "wechat":
        lines = [line for line in lines if not wechat.is_beside(line.node)]
    article.paragraphs = trim(lines, article.title)
    article.prose = sum(
        len(line.text) - line.linked
        for line in lines
        if line.stops and len(line.text) >= _SENTENCE and line.linked < 0.5 * len(line.text)
    )


# A line shorter than this is a label or a heading, even with a comma in it.
_SENTENCE = 25


def _ask_others(page: Page, article: Article) -> None:
    """The article in a script's JSON, else what the generic reader finds; taken where it has clearly more prose."""
    embedded = data.from_embedded(page.source, page.url)
    if embedded is not None and _prose(embedded.paragraphs) > _BETTER * _prose(article.paragraphs):
        article.title = embedded.title or article.title
        article.paragraphs, article.prose = list(embedded.paragraphs), _prose(embedded.paragraphs)
        article.moment, article.publisher = embedded.moment, embedded.publisher
        article.attachments = embedded.attachments
        return
    if sum(line.stops for line in page.lines if line.linked < 0.5 * len(line.text)) < _FEW_STOPS:
        # Menus and links only: nothing to find, and the generic reader would return the menus.
        return
    found = generic.paragraphs(page.text, page.url)
    if _prose(found) > _BETTER * _prose(article.paragraphs):
        article.paragraphs, article.prose = found, _prose(found)


_FEW_STOPS = 6


def _prose(paragraphs: Sequence[str]) -> int:
    """How many characters stand in lines that are sentences."""
    return sum(len(text) for text in paragraphs if len(text) >= _SENTENCE and has_stop(text))


def _has_picture(page: Page, choice: Choice | None) -> bool:
    """Whether a picture stands where the text should: in the container, or, without one, of a notice's own make."""
    if choice is not None:
        return next(choice.node.iter("img"), None) is not None
    return any(attachments.PICTURE.search(node.get("src") or "") for node in page.tree.iter("img"))


def _wechat(page: Page, article: Article) -> None:
    said = wechat.read(page)
    article.platform = "wechat"
    article.title = article.title or said.title or ""
    article.moment = said.moment or article.moment
    article.publisher = said.account or article.publisher
    article.author = said.author or article.author
    post = None if wechat.has_markup(page) else wechat_posts.read(page)
    if post is not None:
        # What is said beside a picture may be little: the notice may be the picture.
        article.paragraphs = [line for line in post.paragraphs if line != article.title]
        article.attachments = post.pictures
        article.is_post = bool(post.pictures)
    if wechat.is_temporary(page.url):
        own = f"; the article's own is {said.link}" if said.link else ""
        article.warnings.append(f"address: a search engine's, which ends within hours{own}")


def _around(page: Page, span: Span | None, title_line: int | None) -> _Around:
    lines = page.lines
    if span is None:
        return _Around(head=lines[:40], foot=[])
    start = title_line + 1 if title_line is not None else max(0, span.start - 12)
    head = lines[start : max(span.start, start)][:25]
    head += [
        line
        for line in lines[span.start : min(span.end, span.start + 8)]
        if is_meta_line(line.text) and len(line.text) < 120
    ]
    if title_line is not None:
        head += lines[max(0, title_line - 4) : title_line][::-1]
    foot = [line for line in lines[max(span.end - 4, span.start) : span.end + 8] if len(line.text) < 160]
    # What is all link mostly leads elsewhere (the next day's page, related texts with their dates): it comes last.
    own = [line for line in head if line.linked < 0.8 * len(line.text)]
    other = [line for line in head if line.linked >= 0.8 * len(line.text) and not _ELSEWHERE.search(line.text)]
    return _Around(head=own + other, foot=foot)


_ELSEWHERE = re.compile(r"上一|下一|前一|后一|相关|推荐|热点")


def _date(page: Page, article: Article, around: _Around) -> None:
    """As shown beside the title, else below the text, else as metas or scripts say, else in title or address."""
    head = [line.text for line in around.head]
    shown = _labelled(head, page.latest) or _any(head, page.latest)
    said = hints.meta_moment(page)
    below = None if shown else _labelled([line.text for line in around.foot], page.latest)
    address = dates.in_url(page.url, page.latest)
    article.shown = shown is not None
    article.moment = (
        article.moment
        or shown
        or below
        or said
        or hints.script_moment(page)
        or dates.first(article.title, page.latest)
        or address
    )
    if shown and said and shown.day != said.day:
        article.warnings.append(f"date: the page shows {shown.day}, its meta tag says {said.day}")
    if article.moment and address and _apart(article.moment.day, address.day) > _MONTH_DAYS:
        article.warnings.append(f"date: the page shows {article.moment.day}, its address says {address.day}")


_MONTH_DAYS = 31


def _apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _labelled(lines: list[str], latest: date | None) -> Moment | None:
    for text in lines:
        if is_meta_line(text):
            found = dates.first(text, latest)
            if found:
                return found
    return None


def _any(lines: list[str], latest: date | None) -> Moment | None:
    for text in lines:
        if len(text) <= 120:
            found = dates.first(text, latest)
            if found:
                return found
    return dates.first(" ".join(lines)[:300], latest)


def _names(page: Page, article: Article, around: _Around) -> None:
    head, foot = [line.text for line in around.head], [line.text for line in around.foot]
    article.publisher = (
        article.publisher
        or publisher.from_lines(head)
        or publisher.from_named(around.head)
        or _beside_date(head)
        or publisher.from_lines(foot)
        or publisher.from_metas(page)
    )
    article.author = (
        publisher.author_from(head) or publisher.author_from(foot) or publisher.tidy(page.metas.get("author", ""))
    )


def _beside_date(lines: list[str]) -> str | None:
    for text in lines:
        found = dates.first(text)
        if found and len(text) < 80:
            return publisher.beside_date(text, found.start, found.end)
    return None
