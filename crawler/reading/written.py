"""What a reader of files makes of the text it found: title, date, warnings; a part that could not be read is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crawler.reading import heading
from storage.findings import Document, DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.reading.paged import Flow
    from crawler.reading.payload import Payload

# So many pages or parts are named in a warning; who needs more opens the file.
_NAMED = 12


def written(
    text: Flow,
    *,
    title: str,
    payload: Payload,
    dated: Sequence[str] | None = None,
    pictures: int = 0,
    warnings: Iterable[str] = (),
    paged: bool = False,
) -> Document:
    """The document of a file's text. `dated` are the lines to look for its date in, where not the whole text;
    `paged` says that the file itself is made of pages."""
    said = list(warnings)
    if text.cut:
        said.append("the text is longer than a document's may be; the rest is not read")
    if not text.body and not any(line.startswith("unread:") for line in said):
        said.append(f"unread: {pictures} pictures and no text" if pictures else "no text in it")
    lines = [line for line in (dated if dated is not None else text.body.split("\n")) if line.strip()]
    moment = heading.date_of(lines, payload.latest)
    return Document(
        kind=DocumentKind.DOCUMENT,
        title=title,
        published=moment.iso if moment else None,
        published_precision=moment.precision if moment else "none",
        body=text.body,
        page_starts=text.page_starts if paged and text.body else (),
        warnings=tuple(said),
    )


def unread(reason: str) -> Document:
    """A file that is kept and not read."""
    return Document(kind=DocumentKind.DOCUMENT, warnings=(f"unread: {reason}",))


def numbers(pages: Sequence[int]) -> str:
    """`page 3`, `pages 1-4, 7`: the numbers of pages, runs folded."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    said = [f"{first}-{last}" if last > first else str(first) for first, last in runs[:_NAMED]]
    return f"page{'s' if len(pages) > 1 else ''} {', '.join(said)}{', …' if len(runs) > _NAMED else ''}"
