"""Public-account articles and what stands in their place: a table of pages and how each is read and judged."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from crawler.reading import wechat
from crawler.reading.reader import read
from crawler.verdict import SiteMemory, judge
from storage.findings import Document, DocumentKind

TABLE = yaml.safe_load((Path(__file__).parents[2] / "cases/wechat/table.yaml").read_text(encoding="utf-8"))
URL = "https://mp.weixin.qq.com/s/AAAAAAAAAAAAAAAAAAAAAA"
KNOWN = Document(kind=DocumentKind.ARTICLE, title="青禾警方发布通告", body=TABLE["text"] * 4)


@dataclass(frozen=True)
class Look:
    url: str = URL
    final_url: str | None = URL
    status: int | None = 200
    error: None = None
    message: str | None = None
    truncated: bool = False
    payload_sha256: None = None


def page(text: str, *, url: str = URL) -> Document:
    return read(text.encode(), media_type="text/html", charset="utf-8", url=url)


def article(script: str, *, body: str = TABLE["text"], head: str = "") -> str:
    return (
        f"<html><head><title></title>{head}</head><body>"
        "<h1 class='rich_media_title' id='activity-name'>青禾警方发布通告</h1>"
        f"<em id='publish_time'></em><div class='rich_media_content' id='js_content' style='visibility: hidden;'>"
        f"<p>{body}</p></div><script>{script}</script></body></html>"
    )


def notice(words: str, *, title: str = "微信公众平台", script: str = "") -> str:
    return (
        f"<html><head><title>{title}</title></head><body><div class='weui-msg'><h2 class='weui-msg__title'>{words}</h2>"
        f"</div><p>微信公众平台运营中心</p><script>window.logs={{mmbizwap:1}};{script}</script></body></html>"
    )


@pytest.mark.parametrize("case", TABLE["notices"], ids=lambda case: case["says"])
def test_a_notice_is_named_and_judged(case: dict[str, str]) -> None:
    for title in ("微信公众平台", "", "Weixin Official Accounts Platform"):
        document = page(notice(case["says"], title=title))
        for known in (None, KNOWN):
            found = judge(Look(), document, known, SiteMemory())
            shown = str(found.outcome) + (f" {found.gone_as}" if found.gone_as else "")
            assert shown == case["verdict"]
            assert case["class"] in (found.reason, found.reason.partition(":")[0], found.blocked_by)


@pytest.mark.parametrize("case", TABLE["notices"], ids=lambda case: case["says"])
def test_an_article_that_quotes_a_notice_is_an_article_and_alive(case: dict[str, str]) -> None:
    for body in (TABLE["text"] * 3 + case["says"], f"网友发现，原文页面显示“{case['says']}”。"):
        document = page(article("var ct = '1661952600'; var msg_title = '青禾警方发布通告';", body=body))
        assert document.kind is DocumentKind.ARTICLE
        assert document.notice is None
        assert case["says"] in document.body
        assert judge(Look(), document, None, SiteMemory()).outcome == "live"


@pytest.mark.parametrize("script", TABLE["times"])
def test_the_time_is_read_in_all_its_spellings(script: str) -> None:
    assert page(article(script)).published == "2022-08-31T21:30:00+08:00"


@pytest.mark.parametrize("script", TABLE["no_times"])
def test_what_is_no_time_is_none(script: str) -> None:
    assert page(article(script)).published is None


@pytest.mark.parametrize("script", TABLE["accounts"])
def test_the_account_is_the_publisher(script: str) -> None:
    assert page(article(script)).publisher == "青禾公安"


def test_an_article_of_pictures_alone_is_no_notice() -> None:
    document = page(article("var msg_title = '悬赏通告';", body="<img data-src='https://a.example/1.jpg'>"))
    assert (document.kind, document.warnings) == (DocumentKind.ARTICLE, ("image-only",))


PICTURES = r"""[ { cdn_url: JsDecode('https://mmbiz.qpic.cn/one?wx_fmt=png\x26amp;from=appmsg'), width: '1080' * 1,
  crop_info: '{\x22u\x22:\x22https://mmbiz.qpic.cn/x[1]\x22}', share_cover: { cdn_url: 'https://mmbiz.qpic.cn/cover' },
}, { 'cdn_url': 'https://mmbiz.qpic.cn/two?wx_fmt=jpeg' }, { cdn_url: 'javascript:1' }, { cdn_url: '' }, ]"""
WORDS = r"""现对下列滞留境外人员悬赏通告。\x0a\x0a\x3ca class=\x22wx\x22 data-seq=\x221\x22\x3e图1\x3c/a\x3e为名单"""
SHARED = ["https://mmbiz.qpic.cn/one?wx_fmt=png&from=appmsg", "https://mmbiz.qpic.cn/two?wx_fmt=jpeg"]


def post(script: str, *, body: str = "<div id='js_content'></div>") -> Document:
    head = "<head><title></title><meta property='og:title' content='悬赏通告'></head>"
    named = "window.msg_title = window.title = '悬赏通告' || ''; var nickname = '青禾公安'; window.ct = '1661952600';"
    return page(f"<html>{head}<body>{body}<script>{named}{script}</script></body></html>")


@pytest.mark.parametrize(
    "script",
    [
        f"window.cgiData = {{ content_noencode: JsDecode('{WORDS}'), picture_page_info_list: {PICTURES} }};",
        f"var picture_page_info_list = []; window.picture_page_info_list = {PICTURES}; msg_desc = JsDecode('{WORDS}');",
        f"window.desc = window.desc || ''; desc: \"{WORDS}\", 'picture_page_info_list' : {PICTURES}",
    ],
)
def test_a_post_of_pictures_is_its_words_and_its_pictures(script: str) -> None:
    for body in ("<div id='js_content'></div>", "<div id='js_article'></div>"):
        document = post(script, body=body)
        assert (document.kind, document.title, document.publisher) == (DocumentKind.ARTICLE, "悬赏通告", "青禾公安")
        assert document.body == "现对下列滞留境外人员悬赏通告。\n图1为名单"
        assert document.published == "2022-08-31T21:30:00+08:00"
        assert [link.url for link in document.attachments] == SHARED
        assert document.warnings == ("image-only",)


def test_a_post_of_words_is_an_article_and_one_of_pictures_needs_none() -> None:
    said = post(f"cgiData = {{ content_noencode: '{WORDS}' }}")
    assert (said.kind, said.attachments, said.warnings) == (DocumentKind.ARTICLE, (), ())
    assert said.body.startswith("现对下列滞留境外人员")
    shown = post(f"picture_page_info_list = {PICTURES}")
    assert (shown.kind, shown.body, len(shown.attachments)) == (DocumentKind.ARTICLE, "", 2)


def test_a_script_s_escapes_are_read_as_scripts_read_them() -> None:
    said = post("cgiData = { content_noencode: 'a\\tb\\ud83d\\ude00 " + WORDS + "' }")
    assert said.body.startswith("a b\U0001f600 现对下列滞留境外人员")


def test_strings_that_do_not_end_cost_their_length() -> None:
    began = time.process_time()
    for row in ("picture_page_info_list: [{" + "\\'" * 90_000, "content_noencode:'aaaa " * 9_000):
        page(f"<html><body><script>{row}</script></body></html>")
    # A second here; it was minutes.
    assert time.process_time() - began < 20


def test_an_article_s_own_markup_comes_before_what_its_scripts_hold() -> None:
    script = f"window.cgiData = {{ content_noencode: '{WORDS}', picture_page_info_list: {PICTURES} }};"
    document = page(article(script))
    assert document.body == TABLE["text"]
    assert document.attachments == ()


def test_a_notice_whose_scripts_have_a_template_for_posts_is_one() -> None:
    script = "var template = {content_noencode: 'x', desc: '" + WORDS + "'};"
    document = page(notice("该内容已被发布者删除", script=script))
    assert (document.kind, document.notice) == (DocumentKind.ERROR, "deleted_by_publisher")


@pytest.mark.parametrize("case", TABLE["notices"], ids=lambda case: case["says"])
def test_a_notice_whose_scripts_could_show_pictures_is_one(case: dict[str, str]) -> None:
    script = "var list = window.picture_page_info_list.length; picture_page_info_list: [], content_noencode: ''"
    assert page(notice(case["says"], script=script)).kind is not DocumentKind.ARTICLE


def test_what_stands_around_and_in_the_text_is_no_text() -> None:
    text = article("", body=TABLE["text"] + TABLE["within"]).replace("</body>", TABLE["around"] + "</body>")
    assert page(text).body == TABLE["text"]


def test_an_account_that_moved_leads_on_and_is_never_gone() -> None:
    target = "http://mp.weixin.qq.com/s?__biz=MzA4&amp;mid=26&amp;idx=1&amp;sn=0123456789abcdef#rd"
    document = page(notice("该公众号已迁移至新的帐号，原帐号已回收", script=f"var transferTargetLink = '{target}';"))
    assert (document.kind, document.notice) == (DocumentKind.ERROR, "account_migrated")
    assert document.redirect == "http://mp.weixin.qq.com/s?__biz=MzA4&mid=26&idx=1&sn=0123456789abcdef"
    assert judge(Look(), document, KNOWN, SiteMemory()).outcome == "shell"


def test_a_search_engines_address_is_marked_as_temporary_with_the_articles_own() -> None:
    own = "http://mp.weixin.qq.com/s?__biz=MzA4\\x26amp;mid=26\\x26amp;idx=1\\x26amp;sn=0123456789abcdef"
    url = "https://mp.weixin.qq.com/s?src=11&timestamp=1661952600&ver=4017&signature=abc*def&new=1"
    document = page(article(f'var msg_link = "{own}";'), url=url)
    (warning,) = document.warnings
    assert "ends within hours" in warning
    assert "__biz=MzA4&mid=26&idx=1&sn=0123456789abcdef" in warning
    assert page(article("")).warnings == ()


@pytest.mark.parametrize(
    "url", ["http://[", "", "https://mp.weixin.qq.com/s/AAAA", "https://a.example/?timestamp=1&signature=2"]
)
def test_other_addresses_are_not_temporary(url: str) -> None:
    assert not wechat.is_temporary(url)


def test_a_captcha_page_of_any_size_is_a_challenge() -> None:
    padding = "<script>var x = '" + "a" * 200_000 + "';</script>"
    document = page(f"<html><head><title></title>{padding}</head><body><h2>环境异常</h2><p>去验证</p></body></html>")
    assert (document.kind, document.blocked_by) == (DocumentKind.CHALLENGE, "wechat-captcha")


def test_a_takedown_whose_scripts_name_the_captcha_is_no_challenge() -> None:
    document = page(notice("该内容已被发布者删除", script="if (/wappoc_appmsgcaptcha/.test(location.href)) go();"))
    assert (document.kind, document.notice) == (DocumentKind.ERROR, "deleted_by_publisher")


PIECES = [
    "id='js_content'", "<div id='js_content'>", "</div>", "var ct = ", "'1661952600'", "msg_title", "JsDecode(",
    "\\x26", "\\ud800", "transferTargetLink = '", "该内容已被发布者删除", "环境异常", "&#x110000;", "<title>",
    "nick_name:'", "publish_time", "picture_page_info_list: [", "{ cdn_url: 'https://", "'}]", "content_noencode: '",
    "\\",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join))
def test_pieces_of_pages_raise_nothing(text: str) -> None:
    shown: Any = page(f"<script>{text}</script>{text}")
    assert shown.kind


@pytest.mark.parametrize(
    "piece",
    ["ct=", "create_time: JsDecode(", "msg_title = '", "publish_time ", "='2022-08-31 21:30'", "环境异常",
     "picture_page_info_list: [", "picture_page_info_list=[{cdn_url:'", "content_noencode: '", "content_noencode:\"'"],
)  # fmt: skip
def test_long_runs_take_no_time(piece: str) -> None:
    begun = time.process_time()
    page("<p id='js_content'>x</p><script>" + piece * 20_000 + "</script>")
    assert time.process_time() - begun < 4
