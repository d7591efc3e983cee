"""Reading: bytes as captured to a Document. Pure: no clock, no network, the same bytes always give the same fields."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from crawler.challenge import blocked_by
from crawler.parts import parts_of
from crawler.reading import (
    bundles,
    data,
    docx,
    following,
    heading,
    mediatypes,
    ofd,
    ole,
    pdf,
    pictures,
    pptx,
    rtf,
    sheets,
    wechat,
)
from crawler.reading import charset as charsets
from crawler.reading.article import Article, read_article
from crawler.reading.dates import in_url
from crawler.reading.html import ILLEGAL, Page, parse, squeeze
from crawler.reading.kind import Signs, error_text, is_plainly_article, kind_of, says_little
from crawler.reading.language import language_of, script_of
from crawler.reading.listing import find as find_listing
from crawler.reading.payload import BINARY, Payload, Unread, nothing
from crawler.reading.written import unread
from storage.errors import Quarantine
from storage.findings import Document, DocumentKind, Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from crawler.reading.charset import Decoded
    from storage.records import Headers

# fetch.max_size lets no more through; what comes from elsewhere is held to the same.
MAX_BYTES = 33_000_000


def read(
    body: bytes,
    *,
    media_type: str | None,
    charset: str | None,
    url: str,
    status: int = 200,
    headers: Headers = (),
    page_begun: Callable[[], None] = nothing,
    rendered: bytes = b"",
) -> Document:
    """What one payload says. `body` is content-decoded; `charset` the one of its Content-Type header.

    `page_begun` is called before each page of a file that has pages, so that each may have the time of one.
    `rendered` is what a browser made of the page, in UTF-8: it is read where the payload itself has no text.
    Raises Quarantine where the page is too big or too dense to be one. A file that cannot be read is a document with
    the warning `unread: WHY`.
    """
    if len(body) > MAX_BYTES:
        raise Quarantine(f"{len(body)} bytes; more than {MAX_BYTES} is no page")
    kind = mediatypes.media_type_of(body, media_type, url)
    decoded = charsets.decode(body, charset) if kind in mediatypes.TEXTS else BINARY
    payload = Payload(
        decoded=decoded, url=url, media_type=kind, status=status, latest=_day(headers), body=body, page_begun=page_begun
    )
    by = blocked_by(status, headers, body) if kind == mediatypes.HTML else None
    if by:
        return _finished(Document(kind=DocumentKind.CHALLENGE, blocked_by=by), decoded)
    found = _finished(_read(payload), decoded)
    if not rendered or kind != mediatypes.HTML:
        return found
    if not says_little(found):
        # The crawl follows the pager that a browser has drawn.
        drawn = parts_of(rendered, url) if found.kind is DocumentKind.ARTICLE else ()
        return replace(found, parts=drawn or found.parts)
    return read(rendered, media_type=mediatypes.HTML, charset="utf-8", url=url, status=status, headers=_clock(headers))


def _clock(headers: Headers) -> Headers:
    """Of an answer's header lines, those that hold for what was rendered from it."""
    return tuple(line for line in headers if line[0].lower() == "date")


def _read(payload: Payload) -> Document:
    """What the reader of its type makes of it. A file's parser may fail in as many ways as files are broken."""
    reader = READERS.get(payload.media_type)
    if reader is None:
        return unread(payload.media_type)
    if payload.media_type in mediatypes.TEXTS:
        return reader(payload)
    try:
        return reader(payload)
    except Unread as problem:
        return unread(str(problem))
    except (MemoryError, Quarantine):
        raise
    except Exception as problem:  # noqa: BLE001 - the fence around other people's parsers: said with the file
        return unread(f"damaged ({type(problem).__name__})")


def _member(payload: Payload) -> Document:
    """A file in an archive: what it is shows only in its bytes and its name."""
    kind = mediatypes.media_type_of(payload.body, None, payload.url)
    decoded = charsets.decode(payload.body, None) if kind in mediatypes.TEXTS else BINARY
    try:
        found = _read(replace(payload, media_type=kind, decoded=decoded))
    except Quarantine as problem:
        return unread(str(problem))
    return replace(found, warnings=(*decoded.warnings, *found.warnings))


def _day(headers: Headers) -> date | None:
    """The day of the look by the server's own clock, which keeps the same bytes giving the same fields."""
    said = next((value for name, value in headers if name.lower() == "date"), None)
    try:
        return parsedate_to_datetime(said).date() if said else None
    except (ValueError, OverflowError):
        return None


def _finished(document: Document, decoded: Decoded) -> Document:
    """The document with what holds for every reader: normal form, language, charset and its warnings."""
    title, body = _normal(squeeze(document.title)), _normal(document.body)
    sample = f"{title}\n{body}"
    return replace(
        document,
        title=title,
        body=body,
        publisher=_normal(document.publisher) if document.publisher else None,
        author=_normal(document.author) if document.author else None,
        # JSON may name half a character in an address too, which nothing can be written with.
        links=tuple(replace(link, url=ILLEGAL.sub("", link.url), text=_normal(link.text)) for link in document.links),
        attachments=tuple(
            replace(link, url=ILLEGAL.sub("", link.url), text=_normal(link.text)) for link in document.attachments
        ),
        lang=language_of(sample),
        script=script_of(sample),
        charset=decoded.charset,
        warnings=(*decoded.warnings, *document.warnings),
    )


def _normal(text: str) -> str:
    """NFC, without the control characters that character references may have brought in."""
    return unicodedata.normalize("NFC", ILLEGAL.sub("", text))


def read_html(payload: Payload) -> Document:
    """A web page: article, list, or error notice."""
    page = parse(payload.decoded.text, payload.url)
    page.latest = payload.latest
    instead = wechat.notice(page) if wechat.is_page(page) else None
    if instead is not None and instead.blocked_by:
        return Document(kind=DocumentKind.CHALLENGE, blocked_by=instead.blocked_by, platform="wechat")
    article = read_article(page)
    text = "\n".join(article.paragraphs)
    kind, links = (DocumentKind.ERROR, ()) if instead else _kind(page, article, text)
    warnings = list(article.warnings)
    if page.shallow:
        warnings.append("the page is nested deeper than the parser goes; the rest is not read")
    if kind is DocumentKind.ARTICLE and article.image_only:
        warnings.append("image-only")
    return Document(
        kind=kind,
        title=article.title,
        published=article.moment.iso if article.moment else None,
        published_precision=article.moment.precision if article.moment else "none",
        publisher=article.publisher,
        author=article.author,
        body=text,
        platform=article.platform,
        links=links,
        parts=parts_of(payload.body, payload.url) if kind is DocumentKind.ARTICLE else (),
        attachments=article.attachments if kind is DocumentKind.ARTICLE else (),
        redirect=following.redirect(page),
        notice=instead.name if instead else None,
        warnings=tuple(warnings),
    )


def _kind(page: Page, article: Article, text: str) -> tuple[DocumentKind, tuple[Link, ...]]:
    """The page's kind, and the entries it lists if it is a list."""
    if not (article.platform == "wechat" and wechat.has_article(page)) and error_text(page, article.title, text):
        return DocumentKind.ERROR, ()
    signs = Signs(
        prose=article.prose,
        sure_container=article.choice is not None and article.choice.sure,
        article_meta="articletitle" in page.metas and page.metas.get("columnname") != page.metas["articletitle"],
        dated_beside_title=article.shown,
        has_publisher=article.publisher is not None,
        dated_url=in_url(page.url) is not None,
    )
    if is_plainly_article(signs):
        return DocumentKind.ARTICLE, ()
    listing = find_listing(page)
    kind = kind_of(page, signs, listing)
    return kind, listing.links if kind is DocumentKind.LIST else ()


def read_text(payload: Payload) -> Document:
    """Plain text: its lines, the first of them as title where it is short."""
    lines = [squeeze(line) for line in payload.decoded.text.splitlines()]
    kept = [line for line in lines if line]
    title = kept[0] if len(kept) > 1 and len(kept[0]) <= 60 else ""
    moment = heading.date_of(kept, payload.latest)
    return Document(
        kind=DocumentKind.DOCUMENT,
        title=title,
        published=moment.iso if moment else None,
        published_precision=moment.precision if moment else "none",
        body="\n".join(kept[1:] if title else kept),
    )


def read_json(payload: Payload) -> Document:
    """A JSON answer: the article or the list in it."""
    found = data.from_json(payload.decoded.text, payload.url)
    if found is None:
        return Document(kind=DocumentKind.DOCUMENT, warnings=("unread: application/json that is none",))
    return _from_data(found)


def read_xml(payload: Payload) -> Document:
    """A feed or sitemap: its entries."""
    return replace(_from_data(data.from_xml(payload.decoded.text)), kind=DocumentKind.LIST)


def _from_data(found: data.Data) -> Document:
    moment = found.moment
    return Document(
        kind=DocumentKind.LIST if found.links or not found.paragraphs else DocumentKind.ARTICLE,
        title=found.title,
        published=moment.iso if moment else None,
        published_precision=moment.precision if moment else "none",
        publisher=found.publisher,
        body="\n".join(found.paragraphs),
        links=found.links,
        attachments=found.attachments,
    )


READERS: dict[str, Callable[[Payload], Document]] = {
    mediatypes.HTML: read_html,
    mediatypes.PLAIN: read_text,
    mediatypes.JSON: read_json,
    mediatypes.XML: read_xml,
    mediatypes.CSV: sheets.read_csv,
    mediatypes.PDF: pdf.read_pdf,
    mediatypes.DOCX: docx.read_docx,
    mediatypes.XLSX: sheets.read_xlsx,
    mediatypes.PPTX: pptx.read_pptx,
    mediatypes.OFD: ofd.read_ofd,
    mediatypes.RTF: rtf.read_rtf,
    mediatypes.DOC: ole.read_doc,
    mediatypes.XLS: sheets.read_xls,
    mediatypes.PPT: ole.read_ppt,
    mediatypes.ENCRYPTED: lambda _: unread("encrypted"),
    mediatypes.ZIP: bundles.zip_reader(_member),
    mediatypes.RAR: bundles.rar_reader(_member),
    **dict.fromkeys(pictures.TYPES, pictures.read_picture),
}
"""The reader of each media type; what has none is kept and reported as unread."""
