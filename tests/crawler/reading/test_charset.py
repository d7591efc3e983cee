"""Bytes to characters: the charset that is right, whatever is declared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading.charset import decode, label_of

SIMPLIFIED = "青禾县公安局关于劝返滞留境外人员的通告，请相关人员主动与户籍地派出所联系。"
TRADITIONAL = "青禾縣公安局關於勸返滯留境外人員的通告，請相關人員主動與戶籍地派出所聯繫。"


def page(text: str, charset: str, meta: str | None) -> bytes:
    tag = f'<meta http-equiv="Content-Type" content="text/html; charset={meta}">' if meta else ""
    return f"<html><head>{tag}<title>{text}</title></head><body><p>{text * 5}</p></body></html>".encode(charset)


@pytest.mark.parametrize(
    ("text", "written", "meta", "http", "charset"),
    [
        (SIMPLIFIED, "utf-8", "utf-8", None, "utf-8"),
        (SIMPLIFIED, "utf-8", None, None, "utf-8"),
        (SIMPLIFIED, "utf-8", "gb2312", None, "utf-8"),
        (SIMPLIFIED, "utf-8", "utf-8", "gbk", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "gb2312", "gb2312", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb2312", None, "gb18030"),
        (SIMPLIFIED, "gbk", "GBK", "ISO-8859-1", "gb18030"),
        (SIMPLIFIED, "gbk", "utf-8", None, "gb18030"),
        (SIMPLIFIED, "gbk", None, "utf-8", "gb18030"),
        (SIMPLIFIED, "gbk", None, None, "gb18030"),
        (SIMPLIFIED + "㐂𠮷", "gb18030", "gb2312", None, "gb18030"),
        (TRADITIONAL, "gbk", "gbk", None, "gb18030"),
        (TRADITIONAL, "big5", "big5", None, "big5"),
        (TRADITIONAL, "big5", None, None, "big5"),
        (TRADITIONAL, "big5", None, "gb2312", "big5"),
        (SIMPLIFIED, "utf-16", None, None, "utf-16-le"),
        ("Police notice", "ascii", None, "gb2312", "utf-8"),
        ("café crème — naïve", "cp1252", None, "iso-8859-1", "windows-1252"),
    ],
)
def test_the_right_charset_is_found(text: str, written: str, meta: str | None, http: str | None, charset: str) -> None:
    decoded = decode(page(text, written, meta), http)

    assert decoded.charset == charset
    assert text in decoded.text
    assert decoded.reason


def test_a_declaration_that_lies_is_reported() -> None:
    assert decode(page(SIMPLIFIED, "utf-8", "gb2312")).warnings == (
        "the meta tag declares gb18030, the bytes are UTF-8",
    )
    assert decode(page(SIMPLIFIED, "gbk", "utf-8")).warnings == ("the meta tag declares utf-8, the bytes are not",)
    assert decode(page(SIMPLIFIED, "gbk", "gbk")).warnings == ()


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (page(SIMPLIFIED, "utf-8", "utf-8") + "栏目导航".encode("gbk"), "utf-8"),
        (page(SIMPLIFIED, "gbk", "gb2312") + SIMPLIFIED.encode("utf-8"), "gb18030"),
    ],
)
def test_mixed_charsets_are_reported_and_not_guessed_away(body: bytes, charset: str) -> None:
    decoded = decode(body)

    assert decoded.charset == charset
    assert SIMPLIFIED in decoded.text
    assert any(warning.startswith("mixed charsets") for warning in decoded.warnings)


def test_two_characters_that_look_like_utf8_by_chance_follow_the_declaration() -> None:
    body = b'<meta charset="gbk"><title>' + "联通".encode("gbk") + b"</title>"

    assert "联通" in decode(body).text
    assert decode(body).charset == "gb18030"


def test_a_page_cut_inside_a_character_is_still_utf8() -> None:
    decoded = decode(SIMPLIFIED.encode()[:-1])

    assert decoded.charset == "utf-8"
    assert decoded.warnings == ("the text ends inside a character",)


@pytest.mark.parametrize("label", ["gb2312", "GBK", "x-gbk", "gb18030", "cp936", "GB_2312-80"])
def test_every_gb_label_is_gb18030(label: str) -> None:
    assert label_of(label) == "gb18030"


@pytest.mark.parametrize(
    "label", [None, "", "none", "hex", "zlib", "idna", "utf-7", "unicode_escape", "x" * 200, "\x00"]
)
def test_a_label_that_is_no_charset_is_nothing(label: str | None) -> None:
    assert label_of(label) is None


@given(
    st.binary(max_size=400), st.sampled_from([None, "utf-8", "gb2312", "big5", "iso-8859-1", "shift_jis", "nonsense"])
)
def test_any_bytes_decode(body: bytes, http: str | None) -> None:
    assert isinstance(decode(body, http).text, str)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=20, max_size=200))
def test_han_text_survives_utf8_and_gb18030_undeclared_as_declared(text: str) -> None:
    assert decode(text.encode("utf-8"), "gb2312").text == text
    assert decode(text.encode("gb18030"), "gb2312").text == text
