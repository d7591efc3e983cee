"""XML as the web sends it: mislabelled, cut off, with entities that nobody declared. Nothing outside is ever read."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*['\"]([\w.:-]{1,40})['\"]", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# An ampersand that begins no reference, and references that XML itself does not know.
_BARE = re.compile(r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|\w{1,31};)")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(\w{1,31});")
# The charsets that pages come in. Python knows more "text" codecs, some of which take quadratic time or run escapes.
_CHARSETS = re.compile(
    r"utf-?(?:8|16|16[lb]e|32)|(?:x-)?gbk|gb2312|gb18030|hz-gb-2312|big5(?:-?hkscs)?|iso-?8859-\d{1,2}|latin-?1|us-ascii|"
    r"(?:windows-|cp)(?:125\d|93[26]|949|950)|euc-(?:kr|jp)|shift[_-]jis|koi8-r"
)
_MAX_CHARACTERS = 20_000_000
_DISGUISES = {"&amp;": "\ue0a0", "&lt;": "\ue0a1", "&gt;": "\ue0a2", "&quot;": "\ue0a3", "&apos;": "\ue0a4"}
_UNDISGUISE = {0xE0A0: "&", 0xE0A1: "<", 0xE0A2: ">", 0xE0A3: '"', 0xE0A4: "'"}
_PLAIN_NAME = re.compile(r"(?:\{[^{}]{1,300}\})?[A-Za-z_][A-Za-z0-9_.-]{0,100}")
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def xml_text(body: bytes, fallback: str) -> str:
    """The characters of an XML body: as its BOM or declaration says where that holds, else `fallback`."""
    for mark, charset in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(charset, "replace").lstrip("\ufeff")
    declared = _DECLARED.match(body[:400])
    if not declared:
        return fallback
    name = declared[1].decode("ascii").lower()
    if not _CHARSETS.fullmatch(name):
        return fallback
    for charset in ("gb18030" if name in ("gb2312", "gbk", "gb18030", "x-gbk") else name, "utf-8"):
        try:
            return body.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return fallback


def root_name(text: str) -> str:
    """The local name of the first element, lower case; empty where there is none."""
    match = _ROOT.search(text[:4_000])
    return match[1].lower() if match else ""


def parse_xml(text: str) -> Any:
    """The root element, or None where there is none. Broken XML is read as far as it goes; entities are not."""
    cleaned = _ILLEGAL.sub(" ", _without_doctype(_DECLARATION.sub("", text[:_MAX_CHARACTERS], count=1)))
    cleaned = _NAMED.sub(lambda match: html5.get(f"{match[1]};", ""), _BARE.sub("&amp;", cleaned))
    cleaned = cleaned.strip()
    try:
        return etree.fromstring(cleaned.encode("utf-8", "replace"), parser=_parser(recover=False))
    except (etree.XMLSyntaxError, ValueError):
        return _recovered(cleaned)


def _without_doctype(text: str) -> str:
    """Without the document type and its inner part: entities declared there are the way in for every XML attack."""
    start = text[:4_000].upper().find("<!DOCTYPE")
    if start < 0:
        return text
    end, bracket = text.find(">", start), text.find("[", start)
    if 0 <= bracket < end:
        end = text.find(">", text.find("]", bracket))
    return text[:start] + text[end + 1 :] if end >= 0 else text[:start]


def between(text: str, start: str, end: str) -> Iterator[str]:
    """What stands between each `start` and the next `end`, in time linear in the text, whatever is left open."""
    at = text.find(start)
    while at >= 0:
        stop = text.find(end, at)
        if stop < 0:
            return
        yield text[at + len(start) : stop]
        at = text.find(start, stop)


def _recovered(text: str) -> Any:
    """Broken XML as far as it goes. libxml2 drops even `&amp;` once it recovers, so they go in disguise."""
    for reference, disguise in _DISGUISES.items():
        text = text.replace(reference, disguise)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=_parser(recover=True))
    except (etree.XMLSyntaxError, ValueError):
        return None
    for node in root.iter() if root is not None else ():
        node.text, node.tail = _undisguised(node.text), _undisguised(node.tail)
        for name, value in node.attrib.items():
            # rdf:about of a prefix that nobody declared is no name that could be set: its value goes by the last part.
            short = name if name.startswith("{") else name.rpartition(":")[2]
            if _PLAIN_NAME.fullmatch(short):
                node.attrib[short] = _undisguised(value) or ""
    return root


def _undisguised(text: str | None) -> str | None:
    return text.translate(_UNDISGUISE) if text else text


def _parser(*, recover: bool) -> Any:
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def local(node: Any) -> str:
    """An element's name without its namespace, lower case; empty for what is no element."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def child_text(node: Any, *names: str) -> str:
    """The text of the first child so named (in the order of `names`), blanks collapsed; empty where none has any."""
    for name in names:
        for child in node:
            if local(child) == name:
                text = " ".join("".join(child.itertext()).split())
                if text:
                    return text
    return ""
