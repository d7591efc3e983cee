"""One digest in four forms: text, Markdown, HTML, JSON. The same digest gives the same bytes."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup, escape

from alerts import claim_phrases, phrases, whence
from alerts.links import http_link
from alerts.mask import clean
from alerts.render_json import render_json
from alerts.render_text import render_counts, render_text
from alerts.wording import words
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alerts.letter import Digest, Quote

# What means something in Markdown wherever it stands, what does at the beginning of a line, and what makes a bare
# www.example.com or http://… a link without any brackets.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&@^$#]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|(?<=[^\W\d])\.(?=\w)|:(?=[/\w])(?!\d)")


def escape_markdown(text: str) -> str:
    """Page text that stays text: no link, emphasis, heading or tag can come of it."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def render_markdown(digest: Digest) -> str:
    return markdown_environment().get_template("digest.md.j2").render(_values(digest, _mark_markdown))


def render_html(digest: Digest) -> str:
    return html_environment().get_template("digest.html.j2").render(_values(digest, _mark_html))


FORMS: Mapping[str, Callable[[Digest], str]] = {
    "text": render_text,
    "markdown": render_markdown,
    "html": render_html,
    "json": render_json,
}
SUFFIXES = {"text": "txt", "markdown": "md", "html": "html", "json": "json"}


def render(digest: Digest, form: str) -> str:
    """The digest as `form`. Raises ConfigError for a form there is not."""
    try:
        return FORMS[form](digest)
    except KeyError:
        raise ConfigError(f"--format {form}: unknown; write one of {', '.join(FORMS)}") from None


def render_html_counts(digest: Digest) -> str:
    """The counts alone, for mail that others may read."""
    return html_environment().get_template("counts.html.j2").render(counts=render_counts(digest), digest=digest)


def _values(digest: Digest, mark: Callable[[Quote], str]) -> dict[str, object]:
    return {
        "digest": digest,
        "phrases": phrases,
        "claimed": claim_phrases,
        "whence": whence,
        "words": words,
        "mark": mark,
        "numbers": (numbers := phrases.story_numbers(digest)),
        # Where the claims table leads to within the letter.
        "edits": (edits := phrases.edit_numbers(digest)),
        "ids": {f"[{number}]": f"a{number}" for number in numbers.values()}
        | {f"[{number}]": number for number in edits.values()},
    }


def _environment(*, autoescape: bool, finalize: Callable[[object], object] | None = None) -> jinja2.Environment:
    # Without autoescape only with a `finalize` that escapes for Markdown, as strictly: see _finalize_markdown.
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alerts", "templates"),
        autoescape=autoescape,  # noqa: S701
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["link"] = http_link
    return environment


@cache
def html_environment() -> jinja2.Environment:
    return _environment(autoescape=True)


@cache
def markdown_environment() -> jinja2.Environment:
    environment = _environment(autoescape=False, finalize=_finalize_markdown)
    environment.filters["link"] = lambda url: _Ready(f"<{http_link(url)}>" if http_link(url) else f"`{clean(url)}`")
    environment.filters["plain"] = lambda value: _Ready(clean(str(value)))
    return environment


class _Ready(str):
    """Markdown of our own making: not escaped again."""

    __slots__ = ()


def _finalize_markdown(value: object) -> str:
    return value if isinstance(value, _Ready) else escape_markdown(clean(str(value)).replace("\n", " "))


def _mark_markdown(quote: Quote) -> str:
    return _Ready(
        "".join(
            f"【**{escape_markdown(piece.text)}**】" if piece.is_hit else escape_markdown(piece.text)
            for piece in quote.pieces
        )
    )


def _mark_html(quote: Quote) -> Markup:
    return Markup().join(
        Markup("<b>【{}】</b>").format(piece.text) if piece.is_hit else escape(piece.text) for piece in quote.pieces
    )
