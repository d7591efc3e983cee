import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from alerts.digest import build, window_of
from alerts.letter import Piece, Quote
from alerts.phrases import subject
from alerts.render import FORMS, _mark_markdown, escape_markdown, render, render_html_counts
from alerts.render_text import render_counts, width, wrap
from storage.attachments import Owner
from storage.config import Digest as Settings
from storage.digests import DigestFacts
from storage.errors import ConfigError
from storage.origins import Origin
from storage.stories import Teller
from tests.alerts.invented import EMPTY, NOTICE, change, claim, facts, full_day, said, trouble

WINDOW = window_of(date(2026, 11, 23), Settings(), datetime(2026, 12, 1, tzinfo=UTC))
GLOSSES = {"劝返": "persuade(d) to return"}


def gloss(text):
    return [(term, said) for term, said in GLOSSES.items() if term in text]


FULL = build(full_day(), WINDOW, gloss=gloss)
QUIET = build(EMPTY, WINDOW, gloss=gloss)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def parsed(html):
    page = Page()
    page.feed(html)
    return page


@pytest.mark.parametrize("form", FORMS)
def test_a_newspapers_article_is_cited_with_its_layout(form):
    one = replace(facts(1), layout="第03版：要闻")
    assert "第03版：要闻" in render(build(replace(EMPTY, alerts=(one,)), WINDOW, gloss=gloss), form)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_digest_gives_the_same_bytes(form):
    assert render(FULL, form) == render(build(full_day(), WINDOW, gloss=gloss), form)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_file_names_its_article_and_the_page_of_the_quote(form):
    owners = (Owner(page_id=9, url="http://www.jiangao.example.gov.cn/9.html", title="公布名单", text="附件1"),)
    file = replace(facts(page_number=3), owners=(*owners, *owners))
    gone = change("suspected-gone", title="附件1", owners=owners)
    digest = build(DigestFacts(alerts=(file,), changes=(gone,), unread=2), WINDOW, gloss=gloss)
    said = "".join(parsed(render(digest, form)).text) if form == "html" else render(digest, form).replace("\\", "")
    assert said.count("附件 attached to: 公布名单") == 2
    assert said.count("http://www.jiangao.example.gov.cn/9.html") == 2
    assert "(+1 article)" in said
    assert "第3页p.3" in "".join(said.replace("│", "").split()), "the line may break anywhere in it"
    assert "stored, unread: 2" in said
    assert "attached to" not in render(build(DigestFacts(alerts=(facts(),)), WINDOW, gloss=gloss), form)


def test_a_file_in_json_names_its_article_and_its_page():
    owners = (Owner(page_id=9, url="http://www.jiangao.example.gov.cn/9.html", title="公布名单", text="附件1"),)
    told = DigestFacts(alerts=(replace(facts(page_number=3, title=""), title="", owners=owners),), unread=2)
    digest = build(told, WINDOW, gloss=gloss)
    assert digest.lines[0].title == "附件1", "a file without a title is called as its article calls it"
    shape = json.loads(render(digest, "json"))
    expected = [{"url": owners[0].url, "title": "公布名单", "text": "附件1"}]
    assert (shape["alerts"][0]["attached_to"], shape["alerts"][0]["page_number"]) == (expected, 3)
    assert shape["counts"]["unread"] == 2


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_sections_stand_in_the_analysts_order(form):
    # Without the headline, which names the same things.
    text = render(FULL, form).lower().partition("what we cannot see")[2]
    at = 0
    for section in (
        "taken down, edited, back",
        "critical",
        "high",
        "medium",
        "low",
        "retroactive",
        "follow-up",
        "folded away",
        "looked at: ",
        "ledger",
    ):
        at = text.index(section, at)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_an_empty_day_says_so_and_what_was_looked_at(form):
    text = render(QUIET, form)
    assert "nothing new; 297 of 300 sources answered" in text
    assert "5,210 captures" in text


@pytest.mark.parametrize("form", FORMS)
def test_no_number_of_a_person_and_no_control_character_in_any_form(form):
    text = render(FULL, form)
    assert "352502199001010123" not in text
    assert "13812345678" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_no_line_of_text_is_wider_than_100_columns():
    assert max(width(line) for line in render(FULL, "text").splitlines()) <= 100


def test_text_shows_quote_gloss_both_languages_dates_hash_and_address():
    text = render(FULL, "text")
    for part in (
        "【子女不得在城区就读】",
        "term glosses, not a translation: 劝返 =",
        "株连亲属 pressure on family",
        "江岙县公安局 Jiang'ao County PSB",
        "公安 police",
        "page 2026-11-22 | seen 22 Nov 12:00",
        "snapshot 01010101010101010101010101010101",
        "http://www.jiangao.example.gov.cn/2026/1.html",
        "+2 copies (海角新闻)",
        "17人 -> 19人",
        "[旧文新见 late find]",
        "(否认 denied)",
    ):
        assert part in text


def test_html_is_self_contained_and_a_title_cannot_become_markup():
    html = render(FULL, "html")
    page = parsed(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "link", "iframe", "style", "object", "form"}
    assert not re.search(r"url\(|@import|src=", html)
    inner = [attrs["href"] for tag, attrs in page.tags if tag == "a" and attrs["href"].startswith("#")]
    ids = {attrs.get("id") for _, attrs in page.tags}
    assert inner
    assert all(href[1:] in ids for href in inner), "a claim leads to the entry that says it"
    links = [attrs for tag, attrs in page.tags if tag == "a" and not attrs["href"].startswith("#")]
    assert links
    assert all("noreferrer" in attrs["rel"] and attrs["href"].startswith("http") for attrs in links)
    assert not any("evil" in attrs["href"] for attrs in links)
    assert "<script>alert(1)</script>" in "".join(page.text)


def test_html_marks_the_hit_in_bold_and_names_the_language_of_quotes():
    html = render(FULL, "html")
    assert "<b>【子女不得在城区就读】</b>" in html
    assert {attrs.get("lang") for tag, attrs in parsed(html).tags if tag == "blockquote"} == {"zh", "en"}
    assert "color-scheme:light dark" in html


def test_a_link_is_made_only_of_http():
    digest = build(DigestFacts(alerts=(facts(1, url="javascript:alert(1)"),)), WINDOW, gloss=gloss)
    assert not [attrs for tag, attrs in parsed(render(digest, "html")).tags if tag == "a"]
    assert "<javascript" not in render(digest, "markdown")


@pytest.mark.parametrize(
    ("title", "escaped"),
    [
        ("[点击](http://evil.test)", r"\[点击\](http\://evil\.test)"),
        ("<b>x</b>", r"\<b\>x\</b\>"),
        ("www.evil.test", r"www\.evil\.test"),
        ("- # 通告", r"\- \# 通告"),
        ("12. 通告", r"12\. 通告"),
        ("价格 3.5 元 12:30", "价格 3.5 元 12:30"),
        ("a_b*c`d", r"a\_b\*c\`d"),
    ],
)
def test_a_title_stays_text_in_markdown(title, escaped):
    assert escape_markdown(title) == escaped


def test_json_has_the_shape_of_the_interface():
    loaded = json.loads(render(FULL, "json"))
    assert "\\u" not in render(FULL, "json")
    assert {"date", "alerts", "claims", "takedowns", "edits", "sources", "suppressed", "counts"} <= set(loaded)
    assert loaded["date"] == "2026-11-23"
    assert [one["source"] for one in loaded["sources"]["blocked"]] == ["blocked-source"]
    assert loaded["suppressed"] == {"traffic": 22, "epidemic": 4}
    assert loaded["counts"] | {"crawled": 5210, "new": 41, "rechecked": 4900, "other_takedowns": 2} == loaded["counts"]
    assert [(one["state"], one["gone_as"]) for one in loaded["takedowns"] if "gone_as" in one] == [("gone", "404")]
    assert loaded["edits"][0]["removed"] == ["同时协助核查在逃人员线索。"]
    head = loaded["alerts"][0]
    assert head["copies"] == ["http://news.example.test/3", "http://news.example.test/4"]
    assert head["rule"] == "family_pressure"
    assert head["variant"] == "family_pressure.school"


def test_offsets_in_json_are_those_of_the_stored_text():
    body = "电话13812345678。专班劝返3人。"
    digest = build(DigestFacts(alerts=(facts(1, body=body, matched="劝返"),)), WINDOW, gloss=gloss)
    one = json.loads(render(digest, "json"))["alerts"][0]
    assert body[one["start"] : one["end"]] == one["matched"] == "劝返"


def test_counts_alone_name_nobody():
    for text in (render_counts(FULL), render_html_counts(FULL)):
        assert "6 new alerts" in text
        assert "江岙" not in text
        assert "example" not in text
    assert subject(FULL, "counts") == "longarm 23 Nov"
    assert subject(FULL, "full") == "longarm 23 Nov: 4 new (1 critical), 1 taken down, 3 sources unseen"


def test_an_unknown_form_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="text, markdown, html, json"):
        render(FULL, "pdf")


@given(st.text(), st.integers(20, 100))
def test_wrapped_lines_are_never_too_wide_and_lose_no_character(text, columns):
    lines = wrap(text, columns=columns, first="  ", rest="    ")
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_hundred_alerts_are_rendered_in_every_form():
    digest = build(DigestFacts(alerts=tuple(facts(n) for n in range(1, 101))), WINDOW, gloss=gloss)
    for form in FORMS:
        assert len(render(digest, form)) > 10_000


def test_a_phone_shows_the_html_without_scrolling_sideways(tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if not browser:
        pytest.skip("no chromium on this machine")
    probe = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    html = render(FULL, "html").replace("</body>", probe).replace("default-src 'none'", "default-src 'unsafe-inline'")
    (tmp_path / "digest.html").write_text(html, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=500,900", "--dump-dom"]
    shown = subprocess.run(
        [*command, f"--user-data-dir={tmp_path}/profile", (tmp_path / "digest.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert int(re.search(r"<title>(\d+)</title>", shown)[1]) <= 500


def outlived(**values):
    """A takedown of a page whose text two others carry: one as it was, one with another number."""
    tellers = [
        Teller(
            page_id=number,
            url=f"http://{number}.example/",
            source=None,
            snapshot_id=number,
            snapshot=f"{number:032x}",
            first_seen=datetime(2026, 11, number - 49, tzinfo=UTC),
            published=f"2026-11-{number - 49:02d}",
            title="通告",
            body=body,
        )
        for number, body in ((50, NOTICE), (51, NOTICE), (52, NOTICE.replace("17人", "19人")))
    ]
    return replace(EMPTY, changes=(change("gone", tellers=tuple(tellers), **values),))


@pytest.mark.parametrize("form", FORMS)
def test_copies_that_outlive_what_was_taken_down_are_named_in_every_form(form):
    text = render(build(outlived(), WINDOW, gloss=gloss), form)
    if form == "json":
        assert json.loads(text)["takedowns"][0]["copies_alive"] == ["http://51.example/"]
    else:
        assert "copies outlive the original: 1 copy" in text
        assert "51.example" in text.replace("\\", "")
    assert "52.example" not in text


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_copy_that_only_a_list_shows_is_named_as_such(form):
    (gone,) = outlived().changes
    tellers = tuple(replace(one, origin=Origin(carried_by="http://bridge.test/")) for one in gone.tellers)
    text = render(build(replace(EMPTY, changes=(replace(gone, tellers=tellers),)), WINDOW, gloss=gloss), form)
    assert "51.example(取自列表fromitslist)" in "".join(text.replace("\\", "").split())


def test_a_page_that_is_back_is_outlived_by_nobody():
    facts_of_return = replace(outlived(), changes=(replace(outlived().changes[0], event="returned"),))
    (one,) = build(facts_of_return, WINDOW, gloss=gloss).changes
    assert one.copies == ()


@pytest.mark.parametrize("text", ["依法【吊销护照】，并对其【直系亲属】处理", "【子女】【家属】", "对【「劝返」】者"])
def test_what_is_marked_is_bold_in_markdown_beside_any_character(text: str) -> None:
    pieces = [piece for piece in re.split(r"(【[^】]*】)", text) if piece]
    found = Quote(pieces=tuple(Piece(text=piece.strip("【】"), is_hit=piece.startswith("【")) for piece in pieces))
    html = MarkdownIt().render(_mark_markdown(found))
    assert re.findall(r"<strong>(.*?)</strong>", html) == re.findall("【(.*?)】", text)


@pytest.mark.parametrize(
    ("form", "said"), [("text", "规避写法 evasion"), ("html", "规避写法 evasion"), ("json", '"evasion"')]
)
def test_what_only_a_further_reading_shows_is_marked_with_its_name(form, said):
    digest = build(replace(EMPTY, alerts=(facts(1, layer="evasion"),)), WINDOW, gloss=gloss)
    assert said in render(digest, form)
    assert said not in render(FULL, form)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_quiet_day_keeps_the_order_what_cannot_be_seen_first_what_was_looked_at_last(form):
    quiet = build(replace(EMPTY, troubles=(trouble("blocked"),)), WINDOW, gloss=gloss)
    said = render(quiet, form)
    places = [said.index(part) for part in ("nothing new", "看不到的来源", "石澜县公安局", "looked at: ", "ledger ")]
    assert places == sorted(places)


def test_the_claims_of_the_html_say_nothing_twice():
    body = "县公安局通告。子女不得在城区就读。劝返滞留境外人员17人。"
    one = facts(1, body=body)
    said_of = said(
        claim(1, body=body, quote="子女不得在城区就读", type="school_denial", quantity=None, quantity_text=None),
        claim(1, body=body),
    )
    html = render(build(replace(EMPTY, alerts=(one,), claims=said_of), WINDOW, gloss=gloss), "html")
    table = html.partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.count("子女不得在城区就读") == 1
    assert table.count(one.source.name_zh.split()[0]) == 1


def test_a_source_that_was_never_seen_says_what_to_do():
    facts = replace(EMPTY, troubles=(trouble("never-seen", since=None, looks=0), trouble("redesigned")))
    text = " ".join(render(build(facts, WINDOW, gloss=gloss), "text").split())
    assert "马上去看 `longarm crawl --source never-seen-source` looks at it now" in text
    assert "看它现在读到什么 `longarm sources check redesigned-source` shows what it reads now" in text
