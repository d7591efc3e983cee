"""Bytes to characters: what was declared, what the bytes themselves show, and which of the two was believed."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# The label stands in the first kilobytes; pages with a long comment or script before it are why it is not one.
_HEAD_BYTES = 8192
_META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([a-z0-9_.:-]{2,30})", re.IGNORECASE)
_XML = re.compile(rb"^\s{0,64}<\?xml[^>]{0,200}?encoding\s{0,8}=\s{0,8}[\"']([a-z0-9_.:-]{2,30})", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

# GB18030 holds all of GB2312 and GBK; pages so labelled use characters that only it has.
_GB = frozenset({"gb2312", "gbk", "gb18030", "cp936", "936", "x-gbk", "gb_2312-80", "euc-cn", "csgb2312", "gb2312-80"})
_BIG5 = frozenset({"big5", "big5-hkscs", "big5hkscs", "cp950", "x-x-big5", "csbig5", "big5_hkscs"})
_UTF8 = frozenset({"utf-8", "utf8", "unicode-1-1-utf-8", "utf_8"})
# What servers send when nobody set anything: it says nothing about a Chinese page.
_DEFAULTS = frozenset({"iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii", "ascii", "cp1252"})
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "mbcs", "oem"}
)
_CODEC = {"gb18030": "gb18030", "big5": "big5hkscs", "windows-1252": "cp1252"}

_HIGH = re.compile(rb"[\x80-\xff]+")
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
# Six Han characters in a row as UTF-8: no chance hit in GB18030 text.
_UTF8_RUN = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf][\x80-\xbf]){6}")
# The everyday characters: GB2312 level 1 with its punctuation, Big5 level 1 with its punctuation.
_GB_PAIR = re.compile(rb"[\xa1\xa3\xb0-\xd7][\xa1-\xfe]")
_BIG5_PAIR = re.compile(rb"[\xa1\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_SAMPLE_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The characters, the charset they were read by, and why it; `warnings` are one line each."""

    text: str
    charset: str
    reason: str
    warnings: tuple[str, ...] = ()


def decode(body: bytes, http: str | None = None) -> Decoded:
    """The text of a page. `http` is the charset of the Content-Type header. Never raises; nothing is dropped
    unseen: what cannot be read becomes U+FFFD and a warning."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _by(body[len(mark) :], name, "byte order mark")
    declared = _declared(body, http)
    if body.isascii():
        return Decoded(text=body.decode("ascii"), charset="utf-8", reason="only ASCII")
    label = next((label for _, label in declared), None)
    if _only_looks_utf8(body, label):
        return _legacy(body, declared)
    if _is_utf8(body):
        return _utf8(body, declared)
    share = _utf8_share(body)
    # Most of it is UTF-8 and some bytes are not: an include in another charset. GB18030 would decode it
    # "cleanly", as other words.
    if share >= 0.9 or (share >= 0.5 and label == "utf-8"):
        return _by(body, "utf-8", "most of it is UTF-8", mixed="UTF-8 and bytes that are not UTF-8")
    return _legacy(body, declared)


def label_of(name: str | None) -> str | None:
    """A charset's label as we name it (`gb18030` for any gb2312 or gbk); None for one that nobody knows."""
    key = (name or "").strip().strip("\"'").lower()
    if key in _GB:
        return "gb18030"
    if key in _BIG5:
        return "big5"
    if key in _UTF8:
        return "utf-8"
    if key in _DEFAULTS:
        return "windows-1252"
    try:
        info = codecs.lookup(key)
    except (LookupError, ValueError):
        return None
    name = info.name.replace("_", "-")
    # Python's byte-to-byte codecs (hex, zlib) and its own escapes are no charsets of pages.
    return None if name in _NO_CHARSETS or not getattr(info, "_is_text_encoding", False) else name


def _declared(body: bytes, http: str | None) -> list[tuple[str, str]]:
    """Who declares what, the most trusted first; unknown labels left out."""
    head = body[:_HEAD_BYTES]
    found = [("the HTTP header", label_of(http))]
    xml, meta = _XML.search(head), _META.search(head)
    found += [("the XML declaration", label_of(xml[1].decode("ascii")))] if xml else []
    found += [("the meta tag", label_of(meta[1].decode("ascii")))] if meta else []
    return [(who, label) for who, label in found if label]


def _is_utf8(body: bytes) -> bool:
    """Whether all of it is UTF-8, but for a character cut in half at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _only_looks_utf8(body: bytes, label: str | None) -> bool:
    """A few double-byte characters can be valid UTF-8 by chance (联通): two-byte sequences only, declared otherwise."""
    if label not in ("gb18030", "big5"):
        return False
    runs = b"".join(_HIGH.findall(body))
    return max(runs, default=0xFF) < 0xE0 and _good_share(body, label) > 0.9


def _utf8(body: bytes, declared: list[tuple[str, str]]) -> Decoded:
    lies = [f"{who} declares {label}, the bytes are UTF-8" for who, label in declared if label != "utf-8"]
    reason = next((f"{who} and strict decoding" for who, label in declared if label == "utf-8"), "strict decoding")
    done = _by(body, "utf-8", reason)
    return Decoded(text=done.text, charset="utf-8", reason=reason, warnings=(*lies, *done.warnings))


def _utf8_share(body: bytes) -> float:
    """How much of what is not ASCII stands in whole UTF-8 sequences, by bytes."""
    sample = body[:_SAMPLE_BYTES]
    high = sum(map(len, _HIGH.findall(sample)))
    return sum(map(len, _UTF8_SEQUENCE.findall(sample))) / high if high else 1.0


def _good_share(body: bytes, label: str) -> float:
    """How much of the double-byte text is everyday characters under `label`, 0..1."""
    runs = _PAIR.findall(body[:_SAMPLE_BYTES])
    if not runs:
        return 0.0
    wanted = _GB_PAIR if label == "gb18030" else _BIG5_PAIR
    return sum(1 for run in runs if wanted.match(run)) / len(runs)


def _legacy(body: bytes, declared: list[tuple[str, str]]) -> Decoded:
    lies: list[str] = []
    for who, label in declared:
        if label == "utf-8":
            lies.append(f"{who} declares utf-8, the bytes are not")
        elif label == "windows-1252" and max(_good_share(body, "gb18030"), _good_share(body, "big5")) > 0.6:
            lies.append(f"{who} declares {label}, the bytes are double-byte Chinese")
        elif label == "gb18030" and _clearly_big5(body):
            lies.append(f"{who} declares {label}, the bytes are Big5")
        elif _strict(body, label):
            return _with(lies, _by(body, label, who))
        elif label in ("gb18030", "big5") and _good_share(body, label) > 0.6:
            return _with(lies, _by(body, label, who, mixed=f"{label} and bytes that are not {label}"))
        else:
            lies.append(f"{who} declares {label}, the bytes are not")
    name = "big5" if _clearly_big5(body) else "gb18030"
    if _good_share(body, name) < 0.3 and not _strict(body, name):
        return _with(lies, _by(body, "windows-1252", "nothing else fits", mixed="bytes of no charset known"))
    return _with(lies, _by(body, name, "what the bytes look like"))


def _clearly_big5(body: bytes) -> bool:
    return _good_share(body, "big5") > _good_share(body, "gb18030") + 0.15


def _strict(body: bytes, label: str) -> bool:
    try:
        codecs.getincrementaldecoder(_CODEC.get(label, label))("strict").decode(body, final=False)
    except (UnicodeError, LookupError):
        return False
    return True


def _by(body: bytes, label: str, reason: str, mixed: str | None = None) -> Decoded:
    text = body.decode(_CODEC.get(label, label), errors="replace")
    warnings = []
    broken = text.count("\ufffd") - body.count(b"\xef\xbf\xbd" if label == "utf-8" else b"\x841\xa47")
    if mixed:
        warnings.append(f"mixed charsets: {mixed}; {max(broken, 1)} characters lost")
    elif broken > 0:
        cut = broken == 1 and text.endswith("\ufffd")
        warnings.append("the text ends inside a character" if cut else f"{broken} characters unreadable as {label}")
    elif label == "gb18030" and _UTF8_RUN.search(body):
        warnings.append("mixed charsets: gb18030 with a piece of UTF-8 in it")
    return Decoded(text=text, charset=label, reason=reason, warnings=tuple(warnings))


def _with(lies: list[str], decoded: Decoded) -> Decoded:
    return Decoded(
        text=decoded.text, charset=decoded.charset, reason=decoded.reason, warnings=(*lies, *decoded.warnings)
    )
