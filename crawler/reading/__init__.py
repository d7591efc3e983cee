"""Reading: bytes as captured to a Document. Pure: no clock, no network, the same bytes always give the same fields."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from crawler.challenge import blocked_by
from crawler.reading import charset as charsets
from crawler.reading.article import Article, read_article
from crawler.reading.html import parse
from crawler.reading.kind import error_text, kind_of
from crawler.reading.language import language_of, script_of
from storage.findings import Document, DocumentKind

if TYPE_CHECKING:
    from crawler.reading.html import Page
    from storage.records import Headers

VERSION = "1"
"""Changes whenever the same bytes may give other fields; the stage `document` then reads everything again."""


def read(
    body: bytes,
    *,
    media_type: str | None,
    charset: str | None,
    url: str,
    status: int = 200,
    headers: Headers = (),
) -> Document:
    """What one payload says. `body` is content-decoded; `charset` the one of its Content-Type header.

    Raises Quarantine where the page is too big or too dense to be one.
    """
    decoded = charsets.decode(body, charset)
    by = blocked_by(status, headers, body)
    if by:
        return Document(kind=DocumentKind.CHALLENGE, charset=decoded.charset, blocked_by=by, warnings=decoded.warnings)
    page = parse(decoded.text, url)
    article = read_article(page)
    text = unicodedata.normalize("NFC", "\n".join(article.paragraphs))
    title = unicodedata.normalize("NFC", article.title)
    kind = _kind(page, article, title, text)
    sample = f"{title}\n{text}"
    return Document(
        kind=kind,
        title=title,
        published=article.moment.iso if article.moment else None,
        published_precision=article.moment.precision if article.moment else "none",
        publisher=article.publisher,
        author=article.author,
        body=text,
        lang=language_of(sample),
        script=script_of(sample),
        charset=decoded.charset,
        platform=article.platform,
        warnings=(*decoded.warnings, *article.warnings),
    )


def _kind(page: Page, article: Article, title: str, text: str) -> DocumentKind:
    error = error_text(page, title, text)
    links = sum(line.linked for line in page.lines if line.linked >= 10)
    return kind_of(page, error=error, sentences=len(text), links=links // 4, article_signs=2 if article.moment else 0)
