"""Archives (ZIP, RAR) of documents as one document: each member under its name, read as it would be by itself.

Limits hold for the whole archive, whatever is packed in whatever: depth, members, and bytes unpacked.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from crawler.reading import heading
from crawler.reading.packages import Package
from crawler.reading.paged import MAX_CHARACTERS, normal
from crawler.reading.payload import Payload, Unread
from crawler.reading.written import unread
from storage.findings import Document, DocumentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MEMBER_BYTES = 33_000_000
_MOST_WARNINGS = 50
# A Mac's own notes beside each file, and what Windows keeps of pictures.
_NO_DOCUMENTS = ("__macosx/", "thumbs.db", ".ds_store", "desktop.ini")
# What unpacks RAR, in the order rarfile asks for them.
RAR_PROGRAMS = ("unrar", "unar", "7z", "7zz", "bsdtar")


_NO_PROGRAM = "RAR, and no program here that unpacks it"


class Archive(Protocol):
    """What both kinds of archives give."""

    @property
    def names(self) -> list[str]: ...
    def read(self, name: str, limit: int) -> bytes: ...


def zip_reader(inner: Callable[[Payload], Document]) -> Callable[[Payload], Document]:
    """The reader of ZIP archives, which gives each member to `inner`."""
    return lambda payload: _read(payload, lambda: Package(payload.body, payload.budget), inner)


def rar_reader(inner: Callable[[Payload], Document]) -> Callable[[Payload], Document]:
    """The reader of RAR archives, which gives each member to `inner`."""
    return lambda payload: _read(payload, lambda: _Rar(payload), inner)


def _read(payload: Payload, opened: Callable[[], Archive], inner: Callable[[Payload], Document]) -> Document:
    budget = payload.budget
    if budget.depth <= 0:
        return unread("an archive too deep in archives")
    archive = opened()
    budget.depth -= 1
    try:
        return _joined(archive, payload, inner)
    finally:
        budget.depth += 1


def _joined(archive: Archive, payload: Payload, inner: Callable[[Payload], Document]) -> Document:
    lines: list[str] = []
    warnings: list[str] = []
    length = 0
    read: list[Document] = []
    names = [name for name in archive.names if not any(mark in name.lower() for mark in _NO_DOCUMENTS)]
    for place, name in enumerate(names):
        if payload.budget.members <= 0 or length > MAX_CHARACTERS:
            warnings.append(f"unread: {len(names) - place} further members")
            break
        payload.budget.members -= 1
        payload.page_begun()
        found = _member(archive, name, payload, inner)
        read.append(found)
        shown = normal(name)
        lines += [line for line in (shown, *_head(found), found.body) if line]
        length += len(shown) + len(found.body)
        warnings += [f"{warning} ({shown})" for warning in found.warnings]
    if len(warnings) > _MOST_WARNINGS:
        warnings = [*warnings[:_MOST_WARNINGS], f"unread: {len(warnings) - _MOST_WARNINGS} further warnings"]
    body = "\n".join(lines)
    if len(body) > MAX_CHARACTERS:
        warnings.append("the text is longer than a document's may be; the rest is not read")
    dated = next((found for found in read if found.published), None)
    titled = next((found.title for found in read if found.title), "")
    return Document(
        kind=DocumentKind.DOCUMENT,
        title=heading.title_of([], "", payload.url) or titled,
        published=dated.published if dated else None,
        published_precision=dated.published_precision if dated else "none",
        body=body[:MAX_CHARACTERS],
        warnings=tuple(warnings) or (() if lines else ("no members in it",)),
    )


def _head(found: Document) -> Iterable[str]:
    """A member's title, where its text does not begin with it already (a web page's, or a file's own field)."""
    if found.title and found.title.replace(" ", "") not in found.body[:300].replace(" ", "").replace("\n", ""):
        yield found.title


def _member(archive: Archive, name: str, payload: Payload, inner: Callable[[Payload], Document]) -> Document:
    try:
        body = archive.read(name, _MEMBER_BYTES)
    except Unread as problem:
        return unread(str(problem))
    # The ending is all there is of an address; a member has no header.
    return inner(replace(payload, body=body, url=f"archive:///{name}", media_type=""))


class _Rar:
    """A RAR archive by rarfile, which needs a program for compressed members."""

    def __init__(self, payload: Payload) -> None:
        import rarfile  # noqa: PLC0415 - only where there is such a file

        self._rarfile: Any = rarfile
        self._budget = payload.budget
        try:
            # Names without a charset of their own are the packer's; rarfile would try UTF-16 on them first.
            rarfile.TRY_ENCODINGS = ("utf8",)
            self._rar = rarfile.RarFile(io.BytesIO(payload.body), charset="gb18030")
        except rarfile.Error as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        except Exception as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        if self._rar.needs_password() and not self._rar.namelist():
            raise Unread("encrypted")

    @property
    def names(self) -> list[str]:
        return [info.filename for info in self._rar.infolist() if not info.is_dir()]

    def read(self, name: str, limit: int) -> bytes:
        """A member's bytes, no more than the limit and the budget allow, whatever its header says."""
        room = min(limit, self._budget.unpacked_bytes)
        try:
            info = self._rar.getinfo(name)
            if info.needs_password():
                raise Unread("encrypted")
            with self._rar.open(info) as member:
                data: bytes = member.read(room + 1)
        except Unread:
            raise
        except self._rarfile.RarCannotExec as problem:
            raise Unread(_NO_PROGRAM) from problem
        except Exception as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        if len(data) > limit:
            raise Unread("it unpacks to more than a file may")
        self._budget.spend(len(data))
        return data


def is_waiting(warning: str) -> bool:
    """Whether a document's warning says that a program to unpack it is all it lacks."""
    return _NO_PROGRAM in warning


def rar_program() -> str | None:
    """The installed program that unpacks RAR, None where there is none."""
    return next((found for name in RAR_PROGRAMS if (found := shutil.which(name))), None)
