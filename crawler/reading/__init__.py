"""Reading: bytes as captured to a Document. Pure: no clock, no network, the same bytes always give the same fields."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from crawler.challenge import blocked_by
from crawler.reading import charset as charsets
from crawler.reading.article import Article, read_article
from crawler.reading.dates import in_url
from crawler.reading.html import parse
from crawler.reading.kind import Signs, error_text, is_plainly_article, kind_of
from crawler.reading.language import language_of, script_of
from crawler.reading.listing import find as find_listing
from storage.findings import Document, DocumentKind, Link

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
    kind, links = _kind(page, article, title, text)
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
        links=links,
        warnings=(*decoded.warnings, *article.warnings),
    )


def _kind(page: Page, article: Article, title: str, text: str) -> tuple[DocumentKind, tuple[Link, ...]]:
    """The page's kind, and the entries it lists if it is a list."""
    if error_text(page, title, text):
        return DocumentKind.ERROR, ()
    signs = _signs(page, article)
    if is_plainly_article(signs):
        return DocumentKind.ARTICLE, ()
    listing = find_listing(page)
    kind = kind_of(page, signs, listing)
    return kind, listing.links if kind is DocumentKind.LIST else ()


def _signs(page: Page, article: Article) -> Signs:
    return Signs(
        prose=article.prose,
        sure_container=article.choice is not None and article.choice.sure,
        article_meta="articletitle" in page.metas and page.metas.get("columnname") != page.metas["articletitle"],
        dated_beside_title=article.shown,
        has_publisher=article.publisher is not None,
        dated_url=in_url(page.url) is not None,
    )
