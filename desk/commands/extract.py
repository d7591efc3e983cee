"""`longarm extract`: read saved pages; one file, or many named by lines on stdin. Needs no data folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.reading.workers import Failure, ReadingPool, ReadJob
from desk import json_out
from storage.errors import ConfigError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from desk.session import Desk
    from storage.findings import Document

PROCESSES = 2


class Line(BaseModel):
    """One line of `extract --jsonl`."""

    model_config = ConfigDict(extra="ignore", strict=True)

    id: str | int
    file: str
    url: str
    content_type: str | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, help="a saved page or file, its bytes as the server sent them")
    # Which of the two ways needs which option, argparse cannot say.
    one, many = "FILE --url URL [--content-type TYPE] [--json]", "--jsonl < LINES"
    parser.usage = f"longarm extract {one}\n       longarm extract {many}"
    parser.add_argument("--url", help="the address the page was saved from")
    parser.add_argument(
        "--content-type", help="the Content-Type header it was sent with, e.g. 'text/html; charset=gbk'"
    )
    parser.add_argument("--json", action="store_true", help="print the fields as one JSON object")
    parser.add_argument(
        "--jsonl", action="store_true", help='read lines {"id","file","url"[,"content_type"]} on stdin, print one each'
    )


def run(options: argparse.Namespace, desk: Desk) -> int:  # noqa: ARG001 - extract needs no session
    if options.jsonl:
        if options.file is not None:
            raise ConfigError("extract: give FILE --url URL, or --jsonl with lines on stdin, not both")
        return _many()
    if options.file is None or not options.url:
        raise ConfigError("extract: FILE and --url URL are needed, or --jsonl with lines on stdin")
    return _one(options.file, options.url, options.content_type, as_json=options.json)


def _one(file: Path, url: str, content_type: str | None, *, as_json: bool) -> int:
    try:
        body = file.read_bytes()
    except OSError as problem:
        raise ConfigError(f"{file}: cannot be read: {problem.strerror}") from problem
    media_type, charset = split_content_type(content_type)
    job = ReadJob(body=body, media_type=media_type, charset=charset, url=url)
    with ReadingPool(processes=1) as pool:
        ((_, document),) = pool.map([job])
    if isinstance(document, Failure):
        _complain(str(file), document.reason)
        return 1
    print(json_out.line(shape(str(file), document)) if as_json else _shown(document))
    return 0


class _Lines:
    """The lines on stdin as jobs; `bad` counts those that are none."""

    def __init__(self) -> None:
        self.bad = 0

    def __iter__(self) -> Iterator[ReadJob]:
        for number, text in enumerate(sys.stdin.buffer, start=1):
            if not text.strip():
                continue
            try:
                line = Line.model_validate_json(text)
                body = Path(line.file).read_bytes()
            except (ValidationError, OSError, ValueError) as problem:
                self.bad += 1
                _complain(_id_of(text, number), _reason(problem))
                continue
            media_type, charset = split_content_type(line.content_type)
            yield ReadJob(body=body, media_type=media_type, charset=charset, url=line.url, key=line.id)


def _many() -> int:
    lines = _Lines()
    failed = 0
    with ReadingPool(processes=PROCESSES) as pool:
        for job, answer in pool.map(lines):
            if isinstance(answer, Failure):
                failed += 1
                _complain(job.key, answer.reason)
            else:
                print(json_out.line(shape(job.key, answer)), flush=True)
    return 1 if failed or lines.bad else 0


def shape(name: str | int, document: Document) -> dict[str, object]:
    """The object of interface.md, `extract`, with what we add to it behind."""
    return {
        "id": name,
        "kind": str(document.kind),
        "title": document.title,
        "published": document.published,
        "published_precision": document.published_precision,
        "publisher": document.publisher,
        "author": document.author,
        "body": document.body,
        "lang": document.lang,
        "script": document.script,
        "charset": document.charset,
        "platform": document.platform,
        "links": [{"url": link.url, "text": link.text, "date": link.date} for link in document.links],
        "parts": list(document.parts),
        "page_starts": list(document.page_starts),
        "attachments": [{"url": link.url, "text": link.text} for link in document.attachments],
        "redirect": document.redirect,
        "blocked_by": document.blocked_by,
        "notice": document.notice,
        "warnings": list(document.warnings),
    }


def split_content_type(value: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header; None for what it does not say."""
    if not value:
        return None, None
    media_type, _, rest = value.partition(";")
    charset = None
    for piece in rest.split(";"):
        name, _, said = piece.partition("=")
        if name.strip().lower() == "charset":
            charset = said.strip().strip("\"'") or None
    return media_type.strip().lower() or None, charset


def _shown(document: Document) -> str:
    rows = [
        ("kind", document.kind if not document.blocked_by else f"{document.kind} ({document.blocked_by})"),
        ("title", document.title),
        ("published", document.published),
        ("publisher", document.publisher),
        ("author", document.author),
        ("language", f"{document.lang}, {document.script}"),
        ("charset", document.charset),
        ("platform", document.platform),
        ("pages", str(len(document.page_starts)) if document.page_starts else ""),
        *(("warning", text) for text in document.warnings),
        *(("part", url) for url in document.parts),
        *(("file", f"{link.text}  {link.url}") for link in document.attachments),
    ]
    head = "\n".join(f"{name + ':':<11}{value}" for name, value in rows if value)
    links = "\n".join(f"{link.date or '-':<11}{link.text}  {link.url}" for link in document.links)
    return "\n\n".join(piece for piece in (head, document.body, links) if piece)


def _complain(name: str | int, reason: str) -> None:
    print(json_out.line({"id": name, "error": reason}, sys.stderr), file=sys.stderr, flush=True)


def _id_of(text: bytes, number: int) -> str | int:
    """The line's own id where it has one, else its number."""
    try:
        said = json.loads(text)
    except ValueError:
        return f"line {number}"
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, (str, int)) else f"line {number}"


def _reason(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        first = problem.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}"
    if isinstance(problem, OSError):
        return f"{problem.filename}: cannot be read: {problem.strerror}"
    return str(problem)
