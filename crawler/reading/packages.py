"""Zip files opened with bounds: names whatever their charset, members only as far as the budget goes."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree

from crawler.reading import charset
from crawler.reading.payload import Unread

if TYPE_CHECKING:
    from typing import Any

    from crawler.reading.payload import Budget

_MOST_MEMBERS = 20_000
# One part's share of the budget: a document's XML of more is no document.
_PART_BYTES = 60_000_000
# lxml needs some 150 bytes an element.
_MOST_TAGS = 1_000_000
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, LookupError,
    OverflowError,
)  # fmt: skip
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1


class Package:
    """A zip file in memory. Raises Unread where it is none, or holds more members than a file may."""

    def __init__(self, body: bytes, budget: Budget) -> None:
        if body.count(b"PK\x01\x02") > _MOST_MEMBERS:
            raise Unread(f"more than {_MOST_MEMBERS} members")
        self._budget = budget
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except _DAMAGE as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        self._members: dict[str, zipfile.ZipInfo] = {}
        alike: Counter[str] = Counter()
        for info in self._zip.infolist():
            if not info.is_dir():
                name = own = _name(info)
                while own in self._members:
                    # Two of one name, or of names that decode to one: both are read.
                    alike[name] += 1
                    stem, dot, ending = name.rpartition(".")
                    own = f"{stem} ({alike[name] + 1}){dot}{ending}" if dot else f"{name} ({alike[name] + 1})"
                self._members[own] = info

    @property
    def names(self) -> list[str]:
        """The members' names, folders left out, in the order of the directory."""
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str, limit: int = _PART_BYTES) -> bytes:
        """A member's bytes. Raises Unread where it is missing, encrypted, damaged or too large.

        What the directory says of a size is not believed: reading ends where the limit does.
        """
        info = self._members.get(name)
        if info is None:
            raise Unread(f"damaged (no {name})")
        if info.flag_bits & _ENCRYPTED:
            raise Unread("encrypted")
        room = min(limit, self._budget.unpacked_bytes)
        try:
            with self._zip.open(info) as member:
                data = member.read(room + 1)
        except _DAMAGE as problem:
            raise Unread(f"damaged ({type(problem).__name__})") from problem
        if len(data) > limit:
            raise Unread("it unpacks to more than a file may")
        self._budget.spend(len(data))
        return data

    def xml(self, name: str) -> Any:
        """The root element of a member that is XML."""
        return parse_xml(self.read(name))


def parse_xml(data: bytes) -> Any:
    """The root element. Office files have no document type, so none is read: no entity is ever expanded.

    Raises Unread where it is no XML, has a document type, or has too many elements.
    """
    if any(mark in data for mark in _DOCTYPES):
        raise Unread("damaged (XML with a document type)")
    if data.count(b"<") > _MOST_TAGS:
        raise Unread(f"more than {_MOST_TAGS} elements")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise Unread("damaged (not XML)") from problem
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise Unread("damaged (not XML)")
    return root


def local(node: Any) -> str:
    """An element's name without its namespace, which differs between the strict and the usual dialect."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(node: Any, name: str) -> str:
    """An attribute by its name without namespace; empty where there is none."""
    for key, value in node.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name. Without the flag for UTF-8 it is in the packer's own charset, which Python reads as cp437."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        with contextlib.suppress(UnicodeEncodeError):
            name = charset.decode(name.encode("cp437")).text
    return name.replace("\\", "/").lstrip("/")
