"""Files that are no web pages: what is read out of each, and what a broken or hostile one costs."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from crawler.reading import mediatypes, ocr, pictures
from crawler.reading.mediatypes import media_type_of
from crawler.reading.reader import READERS, read
from storage.findings import Document, DocumentKind, page_of
from tests.crawler.reading import files
from tests.crawler.reading.file_cases import FILES, LINES, TEXT, TITLE, URL

if TYPE_CHECKING:
    from collections.abc import Callable


class Reader:
    """An OCR engine that reads the same lines in every picture."""

    name = "reader 1"

    def __init__(self, lines: list[str] | None) -> None:
        self.seen: list[object] = []
        self._lines = lines

    def lines(self, picture: ocr.Picture | bytes, page_begun: Callable[[], None]) -> list[str] | None:
        page_begun()
        self.seen.append(picture)
        return self._lines


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed on this machine makes no difference to a test."""
    monkeypatch.setattr(ocr, "engine", lambda: None)


def document(body: bytes, media_type: str | None = None, url: str = URL) -> Document:
    return read(body, media_type=media_type, charset=None, url=url)


def test_every_type_that_is_read_has_its_case() -> None:
    pages = {mediatypes.HTML, mediatypes.PLAIN, mediatypes.JSON, mediatypes.XML}
    assert set(READERS) - pages - set(pictures.TYPES) - {mediatypes.ENCRYPTED} == set(FILES)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_a_document_with_its_text(kind: str) -> None:
    body, text = FILES[kind]

    found = document(body, kind)

    assert (found.kind, found.body, found.warnings, found.lang) == (DocumentKind.DOCUMENT, text, (), "zh")


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind not in (mediatypes.CSV,)])
@pytest.mark.parametrize("said", [None, "text/html", "application/octet-stream", "application/pdf", "text/plain"])
def test_a_wrong_content_type_changes_nothing(kind: str, said: str | None) -> None:
    body, text = FILES[kind]

    assert media_type_of(body, said) == kind
    assert document(body, said, "http://a.example/notice.html").body == text


@pytest.mark.parametrize(
    "kind", [mediatypes.PDF, mediatypes.DOCX, mediatypes.PPTX, mediatypes.OFD, mediatypes.DOC, mediatypes.RTF]
)
def test_a_notice_has_its_title_and_the_date_under_its_signature(kind: str) -> None:
    found = document(FILES[kind][0])

    assert (found.title, found.published, found.published_precision) == (TITLE, "2024-09-10", "day")


@pytest.mark.parametrize(
    ("lines", "title", "published"),
    [
        (["Microsoft Word - 文档1", "特急", "云公通〔2024〕12号", TITLE, "正文。"], "Microsoft Word - 文档1", None),
        (["云公通〔2024〕12号", "附件1", TITLE, "正文。"], TITLE, None),
        (["关于敦促滞留境外人员", "回国投案自首的通告", "正文在此。"], "关于敦促滞留境外人员回国投案自首的通告", None),
        (["为了进一步做好工作，现将有关事项通告如下。", "一、正文。"], "", None),
        ([TITLE, "发布日期：2024-03-05", "到2025年1月1日为止。"], TITLE, "2024-03-05"),
        ([TITLE, "自2024年1月1日起施行，到2025年12月31日为止，请遵照执行。"], TITLE, None),
        ([TITLE, "正文。", "云浦县公安局办公室 2024年9月10日印发"], TITLE, "2024-09-10"),
        ([TITLE, "正文。", "二〇二四年九月十日"], TITLE, "2024-09-10"),
    ],
)
def test_title_and_date_come_from_the_first_and_last_lines(lines: list[str], title: str, published: str | None) -> None:
    found = document(files.docx("".join(map(files.docx_paragraph, lines))))

    assert (found.title, found.published) == (title, published)


def test_a_files_own_title_is_believed_where_its_text_bears_it_out() -> None:
    body = files.docx_paragraph("云浦县公安局文件") + files.docx_paragraph(TITLE)

    assert document(files.docx(body, title=TITLE)).title == TITLE
    assert document(files.docx(body, title="Microsoft Word - 文档1")).title == TITLE


def test_a_name_of_words_is_the_title_where_nothing_else_is() -> None:
    found = document(files.pdf([[]]), url="http://a.example/%E6%95%A6%E4%BF%83%E5%9B%9E%E5%9B%BD%E9%80%9A%E5%91%8A.pdf")

    assert found.title == "敦促回国通告"


def test_word_keeps_headers_tables_boxes_and_notes_and_drops_what_is_deleted() -> None:
    box = f"<w:p><w:r><w:pict><w:txbxContent>{files.docx_paragraph('框中的字')}</w:txbxContent></w:pict></w:r></w:p>"
    gone = "<w:p><w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:ins><w:r><w:t>添上</w:t></w:r></w:ins></w:p>"
    notes = {"word/footnotes.xml": f"<w:footnotes {files.W}>{files.docx_paragraph('脚注一则')}</w:footnotes>"}
    table = files.docx_table([["序号", "姓名"], ["1", "甲某某"]])

    found = document(files.docx(files.docx_paragraph(TITLE) + table + box + gone, header="云浦县公安局", more=notes))

    assert found.body.split("\n") == ["云浦县公安局", TITLE, "序号\t姓名", "1\t甲某某", "框中的字", "添上", "脚注一则"]


def test_old_word_shows_a_fields_result_and_not_its_code_and_rows_by_tabs() -> None:
    text = "见\x13HYPERLINK http://b.example \x14附件\x15。\r序号\x07姓名\x07\x071\x07甲\x07\x07"

    assert document(files.doc(text, latin="“quoted”\r")).body == "见附件。\n序号\t姓名\n1\t甲\n“quoted”"


def test_a_sheet_shows_dates_as_dates_and_numbers_as_written() -> None:
    rows = (
        '<row r="1"><c r="A1" s="1"><v>45545</v></c><c r="C1"><v>330521199001011</v></c><c r="D1"><v>0.1</v></c>'
        '<c r="E1" t="b"><v>1</v></c><c r="F1" t="e"><v>#N/A</v></c>'
        '<c r="G1" t="inlineStr"><is><t>甲</t></is></c></row>'
    )
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'

    found = document(files.xlsx({"一": rows, "空": ""}, styles=styles))

    assert found.body == "一\n2024-09-10\t\t330521199001011\t0.1\tTRUE\t\t甲"
    assert found.published is None, "a date in a row is the row's"


def test_slides_stand_in_their_order_with_their_notes_and_each_is_a_page() -> None:
    found = document(files.pptx([["第一张"], [], ["第三张", "续"]], notes="讲稿"))

    assert found.body == "第一张\n讲稿\n第三张\n续"
    assert [page_of(found, found.body.index(word)) for word in ("第一张", "讲稿", "第三张", "续")] == [1, 1, 3, 3]


@pytest.mark.parametrize("make", [files.pdf, files.ofd])
def test_a_quote_knows_its_page(make: Callable[[list[list[str]]], bytes]) -> None:
    found = document(make([["第一页的话。", "— 1 —"], [], ["第三页的话。", "再一句。"]]))

    assert found.body == "第一页的话。\n第三页的话。\n再一句。"
    assert [page_of(found, found.body.index(word)) for word in ("第一页", "第三页", "再一句")] == [1, 3, 3]
    assert page_of(found, -1) is page_of(found, len(found.body)) is None
    assert page_of(Document(kind=DocumentKind.ARTICLE, body="网页"), 0) is None


def test_lines_broken_for_want_of_room_are_joined_even_over_pages() -> None:
    whole = (
        "云浦县公安局会同有关部门对滞留境外人员开展劝返工作，向其亲属送达通知书，说明有关法律规定，敦促其主动回国投案"
        * 3
    )
    broken = [whole[start : start + 28] for start in range(0, len(whole), 28)]

    found = document(files.pdf([[TITLE, *broken[:2]], [*broken[2:], "一、另起一段。"]]))

    assert found.body == f"{TITLE}\n{whole}\n一、另起一段。"
    assert found.page_starts == (0, len(TITLE) + 1 + 56)


def test_rows_of_a_list_in_a_pdf_stay_rows() -> None:
    rows = [
        f"{name}某某 男 云浦县石桥镇 3305211990010112{place:02} 滞留境外"
        for place, name in enumerate("甲乙丙丁戊己庚辛壬癸")
    ]

    assert document(files.pdf([rows])).body == "\n".join(rows)


def test_radicals_that_fonts_name_are_the_characters_they_look_like() -> None:
    assert document(files.pdf([["滞留境外⼈员名单", "⻔⼾"]])).body == "滞留境外人员名单\n门户"


@pytest.mark.parametrize(
    ("name", "body", "warning"),
    [
        ("pdf", files.pdf([LINES], trailer=files.ENCRYPTED_PDF), "unread: encrypted"),
        ("doc", files.doc(TEXT, flags=0x0100), "unread: encrypted"),
        ("office", files.ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "unread: encrypted"),
        ("rar", files.rar({"a.txt": b"x"}, flags=0x04), "unread: encrypted (a.txt)"),
        ("7z", b"7z\xbc\xaf\x27\x1c....", "unread: application/x-7z-compressed"),
        ("ole", files.ole({"Other": b"x"}), "unread: application/x-ole-storage"),
        ("image", files.png(300, 200), "unread: image"),
        ("icon", files.png(16, 16), "unread: image too small for words"),
        ("claims", files.png(60_000, 60_000), "unread: image of 60000 x 60000 pixels"),
        ("jpeg", b"\xff\xd8\xff\xe0....", "unread: image, damaged"),
        ("scan", files.pdf([LINES * 3, [], []], scan=True), "unread: scanned pages 2-3"),
        ("no text", files.pdf([[]]), "no text in it"),
        ("pictures", files.docx("", more={"word/media/1.png": b"x"}), "unread: 1 pictures and no text"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(name: str, body: bytes, warning: str) -> None:
    found = document(body)

    assert found.kind is DocumentKind.DOCUMENT
    assert found.warnings == (warning,)


def test_an_encrypted_zip_member_is_said_and_the_others_are_read() -> None:
    body = bytearray(files.zipped({"a.txt": "密", "b.txt": TITLE}))
    at = body.index(b"PK\x01\x02")
    body[at + 8] |= 1

    found = document(bytes(body))

    assert found.body == f"a.txt\nb.txt\n{TITLE}"
    assert found.warnings == ("unread: encrypted (a.txt)",)


def test_scanned_pages_and_pictures_are_read_by_an_engine_and_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Reader(LINES)
    monkeypatch.setattr(ocr, "engine", lambda: engine)

    scan, picture = (
        document(
            files.pdf([["第一页有字，不必识别，因为它的字数比三十个还要多一些，所以够了，不多不少。"], []], scan=True)
        ),
        document(files.png(300, 200)),
    )

    assert scan.warnings == ("ocr: page 2, engine reader 1",)
    assert scan.body.endswith(TEXT)
    assert page_of(scan, scan.body.index(TITLE)) == 2
    assert picture.warnings == ("ocr: image, engine reader 1",)
    assert (picture.title, picture.published) == (TITLE, "2024-09-10")
    assert isinstance(engine.seen[0], ocr.Picture)
    assert engine.seen[0].width * engine.seen[0].height < 8_100_000


def test_an_engine_that_fails_at_a_page_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    without = document(files.pdf([[]], scan=True)).warnings
    monkeypatch.setattr(ocr, "engine", lambda: Reader(None))
    with_one = document(files.pdf([[]], scan=True)).warnings

    assert [ocr.is_waiting(warning) for warning in without] == [True]
    assert [ocr.is_waiting(warning) for warning in with_one] == [False]
    assert ocr.is_waiting("unread: image (附件/1.jpg)")
    assert not ocr.is_waiting("unread: encrypted (image.zip)")


def test_so_many_pages_are_recognised_and_the_rest_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "engine", lambda: Reader(["字"]))

    found = document(files.pdf([[]] * 35, scan=True))

    assert found.warnings == ("ocr: pages 1-30, engine reader 1", "unread: scanned pages 31-35, engine reader 1")


def test_archives_in_archives_are_read_two_deep_and_no_deeper() -> None:
    third = files.zipped({"丙.txt": "第三层"})
    body = files.zipped(
        {
            "甲.docx": files.docx(files.docx_paragraph("第一层")),
            "乙.zip": files.zipped({"丙.zip": third, "丁.txt": "第二层"}),
        }
    )

    found = document(body)

    assert found.body == "甲.docx\n第一层\n乙.zip\n丙.zip\n丁.txt\n第二层"
    assert found.warnings == ("unread: an archive too deep in archives (丙.zip) (乙.zip)",)


def test_names_in_the_packers_own_charset_are_read() -> None:
    body = files.zipped({"a" * 8 + ".txt": TITLE}).replace(b"a" * 8, "附件名单".encode("gbk"))

    assert document(body).body == f"附件名单.txt\n{TITLE}"


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (files.png(300, 200), (300, 200)),
        (b"GIF89a" + struct.pack("<HH", 300, 200), (300, 200)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 200, 300) + b"....", (300, 200)),
        (b"RIFF....WEBPVP8X....\x00\x00\x00\x00" + b"\x2b\x01\x00\xc7\x00\x00", (300, 200)),
        (b"RIFF....WEBPVP8L....\x2f" + struct.pack("<I", 299 | 199 << 14), (300, 200)),
        (b"RIFF....WEBPVP8 ....123\x9d\x01\x2a" + struct.pack("<HH", 300, 200), (300, 200)),
        (b"\xff\xd8" + b"\xff" * 50, (0, 0)),
    ],
)
def test_the_size_of_a_picture_is_known_from_its_head(body: bytes, size: tuple[int, int]) -> None:
    assert pictures.size_of(body) == size
