"""The generic reader: trafilatura on readability's summary, for pages whose article no hint of ours shows.

Both are imported only when they are asked: most pages never need them, and their import costs more than reading a
hundred pages by hints. Measured on the corpus (docs/extraction.md): trafilatura on readability's summary is better
than either alone.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from crawler.reading.html import squeeze

# Both log at every page that is not to their taste; what came out is judged by us anyway.
_QUIET = ("trafilatura", "readability", "readability.readability", "htmldate")


def paragraphs(text: str, url: str) -> list[str]:
    """The article's paragraphs as the generic reader finds them in a page's markup; none where it finds none."""
    extract, config, summary = _tools()
    for markup in (summary(text), text):
        if not markup:
            continue
        found = extract(markup, url=url, config=config, include_comments=False, include_tables=True, fast=False)
        lines = [squeeze(line) for line in (found or "").split("\n")]
        kept = [line for line in lines if line]
        if kept:
            return kept
    return []


@cache
def _tools() -> tuple[Any, Any, Any]:
    from readability import Document as Readable  # noqa: PLC0415 - see the module's own words
    from trafilatura import extract  # noqa: PLC0415
    from trafilatura.settings import use_config  # noqa: PLC0415

    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = use_config()
    # Under 250 characters (the default) it gives up on the notice and returns the whole page's menus.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "10"

    def summary(markup: str) -> str:
        try:
            return str(Readable(markup).summary())
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):
            # readability fails in its own ways on markup without a body; the page itself is tried next.
            return ""

    return extract, config, summary
