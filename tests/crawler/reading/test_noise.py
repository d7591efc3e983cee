"""What is the article's and what is the page's: lines, publishers, languages; and that hostile runs cost no time."""

from __future__ import annotations

import time

import pytest

from crawler.reading.html import parse
from crawler.reading.language import language_of, script_of
from crawler.reading.noise import is_bar, is_meta_line, trim
from crawler.reading.publisher import author_from, from_lines

PROSE = "公安机关将依法采取相应措施，其近亲属应当积极规劝。"


def body(*lines: str, title: str = "通告") -> list[str]:
    page = parse("<body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body>", "http://a.example/")
    return trim(page.lines, title)


@pytest.mark.parametrize(
    "line",
    ["【字体：大 中 小】", "打印本页 关闭窗口", "浏览次数：1024", "分享到：微信 微博", "A+ A-",
     "阅读：5 次", "收藏 | 打印 | 关闭", "已有 25 人浏览",
     "当前位置：首页 > 警务资讯 > 通知公告", "今天是 2024年9月10日 星期二"],
)  # fmt: skip
def test_a_line_of_buttons_and_counters_is_a_bar(line: str) -> None:
    assert is_bar(line)


@pytest.mark.parametrize(
    "line",
    [PROSE, "2024年9月9日", "青禾县公安局", "110", "1.5万", "* * *", "……", "微信扫码诈骗", "访问量达到500万，创新高。"],
)
def test_a_line_of_the_article_is_none(line: str) -> None:
    assert not is_bar(line)


@pytest.mark.parametrize(
    "trailer",
    ["（责编：甲某、乙某）", "责任编辑：甲某", "[责任编辑: 甲某 ]", "【纠错】 【责任编辑:甲某】", "编辑：甲",
     "审核：乙", "来源：青禾日报", "扫一扫在手机打开当前页", "上一篇：另一通告",
     "分享让更多人看到", "相关阅读"],
)  # fmt: skip
def test_a_trailer_at_the_end_is_left_out(trailer: str) -> None:
    assert body(PROSE, PROSE + "（一）", PROSE + "（二）", trailer) == [PROSE, PROSE + "（一）", PROSE + "（二）"]


@pytest.mark.parametrize("kept", ["青禾县公安局", "2024年9月9日", "（记者 甲某）", "图为现场。", "附件：1.名单.docx"])
def test_signatures_captions_and_attachments_stay(kept: str) -> None:
    assert body(PROSE, PROSE + "（一）", kept)[-1] == kept


def test_a_trailer_inside_the_last_paragraph_is_cut_from_it() -> None:
    assert body(PROSE, PROSE + "（责编：甲、乙）") == [PROSE, PROSE]


def test_what_follows_a_heading_of_related_texts_is_left_out_unless_it_is_the_article() -> None:
    assert body(PROSE * 3, "相关链接", "另一则消息") == [PROSE * 3]
    assert body(PROSE, "相关链接", *[PROSE] * 9)[-1] == PROSE


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("发布时间：2024-09-10 来源：青禾县公安局 浏览次数：3", "青禾县公安局"),
        ("来源：青禾日报 作者：甲某", "青禾日报"),
        ("来 源：《青禾日报》", "青禾日报"),
        ("信息来源： 青禾县人民政府办公室 字体：大 中 小", "青禾县人民政府办公室"),
        ("2024-09-10 来源:青禾县文化和旅游局（县文物局） 阅读:", "青禾县文化和旅游局（县文物局）"),
        ("Source: China Daily", "China Daily"),
        ("来源：", None),
        ("来源：本站", None),
        ("电力来源广泛", None),
    ],
)
def test_the_publisher_is_what_stands_behind_its_label(line: str, name: str | None) -> None:
    assert from_lines([line]) == name


def test_the_author_is_what_stands_behind_its_label() -> None:
    assert author_from(["来源：青禾日报 作者：甲某 编辑：乙"]) == "甲某"


def test_a_meta_line_is_told_from_a_sentence_with_a_date() -> None:
    assert is_meta_line("2024-09-10 09:24")
    assert is_meta_line("来源：青禾日报")
    assert not is_meta_line("2024年9月10日，青禾县公安局召开会议，部署有关工作。")


@pytest.mark.parametrize(
    ("text", "lang", "script"),
    [
        ("劝返", "zh", "Hans"),
        ("關於勸返滯留境外人員的通告", "zh", "Hant"),
        ("青禾公安 2024", "zh", "none"),
        ("国家與国家的关係與联繫", "zh", "mixed"),
        ("Police station", "en", "none"),
        ("The police said on Tuesday that fugitives abroad have been urged to return to the county.", "en", "none"),
        (
            "La policía informó el martes que los fugitivos en el extranjero deben regresar al condado antes.",
            "es",
            "none",
        ),
        ("警察は火曜日、海外に滞在する容疑者に帰国を求めたと発表した。", "ja", None),
        ("경찰은 화요일 해외 체류자에게 귀국을 촉구했다고 밝혔다.", "ko", "none"),
        ("12345", "und", "none"),
        ("", "und", "none"),
    ],
)
def test_language_and_script(text: str, lang: str, script: str | None) -> None:
    assert language_of(text) == lang
    assert language_of(text) == language_of(text)
    if script is not None:
        assert script_of(text) == script


@pytest.mark.parametrize(
    "piece",
    [
        "来源：",
        "（责编：",
        "【",
        "责任编辑",
        " ",
        "发布时间：",
        "大 中 小 ",
        "阅读：1 ",
        "《",
        "作者：甲 ",
        "|",
        "—",
        "A ",
        "相关",
        "，",
    ],
)
def test_hostile_runs_take_no_time(piece: str) -> None:
    run = piece * (60_000 // len(piece))
    begun = time.process_time()
    page = parse(f"<title>{run}</title><h1>{run}</h1><p>{run}</p><p>{PROSE}</p>", "http://a.example/")
    trim(page.lines, run)
    is_bar(run)
    is_meta_line(run)
    from_lines([run])
    author_from([run])

    assert time.process_time() - begun < 5
