"""One file of every type that is read, with its text."""

from __future__ import annotations

from crawler.reading import mediatypes
from tests.crawler.reading import files

URL = "http://a.example/upload/P0202409.dat"
TITLE = "关于敦促滞留境外人员回国的通告"
LINES = [TITLE, "现将有关事项通告如下。", "云浦县公安局", "2024年9月10日"]
TEXT = "\n".join(LINES)
ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'

# Every type that is read: its bytes, and its text.
FILES: dict[str, tuple[bytes, str]] = {
    mediatypes.PDF: (files.pdf([LINES]), TEXT),
    mediatypes.DOCX: (files.docx("".join(map(files.docx_paragraph, LINES))), TEXT),
    mediatypes.XLSX: (files.xlsx({"通告": ROWS}, shared=[TITLE]), f"通告\n{TITLE}"),
    mediatypes.PPTX: (files.pptx([LINES]), TEXT),
    mediatypes.OFD: (files.ofd([LINES]), TEXT),
    mediatypes.DOC: (files.doc("\r".join(LINES)), TEXT),
    mediatypes.XLS: (files.xls([[TITLE], ["甲", 12.0]]), f"名单\n{TITLE}\n甲\t12"),
    mediatypes.PPT: (files.ppt(LINES), TEXT),
    mediatypes.RTF: (files.rtf(TEXT), TEXT),
    mediatypes.CSV: (("序号,姓名\n1," + TITLE).encode("gbk"), f"序号\t姓名\n1\t{TITLE}"),
    mediatypes.ZIP: (files.zipped({"附件.rtf": files.rtf(TEXT)}), f"附件.rtf\n{TEXT}"),
    mediatypes.RAR: (files.rar({"附件.rtf": files.rtf(TEXT)}), f"附件.rtf\n{TEXT}"),
}
