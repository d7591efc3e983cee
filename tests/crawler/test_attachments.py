"""Files of articles, by the command: asked in the same run, due after a kill, looked at again, taken down, told."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest

from crawler.attachments import may_have
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.ding.example.gov.cn"
FILES = "http://files.ding.example.gov.cn"
RSS = f"{HOST}/rss.xml"
ARTICLE = f"{HOST}/art/1.html"
LIST = f"{HOST}/art/P020261102000000000001.txt"
SCAN = f"{FILES}/upload/notice.pdf"
TOLD = "滞留境外人员名单\n经县公安局劝返，滞留境外涉诈人员张某某等三人主动回国投案自首。\n" + "其余人员限期回国。\n" * 8


def article(*links: str, title: str = "关于公布名单的通告", text: str = "") -> str:
    body = "丁县公安局将名单公布如下，请广大群众知悉，并积极提供线索。" * 6 + text
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<div class='TRS_Editor'><p>{body}</p></div><p>{''.join(links)}</p></body></html>"
    )


def link(url: str, text: str) -> str:
    return f'<a href="{url}">{text}</a>'


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    museum.serve(RSS, feed_of([ARTICLE]), content_type="text/xml; charset=utf-8", etag='"rss"')
    museum.serve(ARTICLE, article(link(LIST, "附件1：名单"), link(SCAN, "附件2：通告原件")), etag='"1"')
    museum.serve(LIST, TOLD, content_type="text/plain; charset=utf-8", etag='"list"')
    museum.serve(SCAN, b"%PDF-1.4\n\x00\x01scan", content_type="application/pdf", etag='"scan"')
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    yard.source("ding", RSS)
    return yard


def objects(yard: Yard, *words: str) -> list[dict[str, Any]]:
    done = yard.longarm(*words)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def rows(yard: Yard) -> dict[str, dict[str, Any]]:
    return {row["url"]: row for row in objects(yard, "urls", "list", "--json")}


def test_a_crawl_asks_for_an_articles_files_and_a_second_one_for_nothing_but_lists(yard: Yard, museum: Museum) -> None:
    assert "3 new pages" in yard.longarm("crawl").stdout
    assert [len(museum.asked(url)) for url in (ARTICLE, LIST, SCAN)] == [1, 1, 1]
    before = len(museum.requests)
    assert "0 new pages" in yard.longarm("crawl").stdout
    assert {seen.url.rpartition("/")[2] for seen in museum.requests[before:]} == {"rss.xml", "robots.txt"}
    known = rows(yard)
    assert [known[url]["kind"] for url in (ARTICLE, SCAN)] == ["article", "document"]
    assert {known[url]["source"] for url in (LIST, SCAN)} == {"ding"}
    assert known[SCAN]["unread"] == "application/pdf"
    assert "unread" not in known[ARTICLE]
    assert f"{SCAN}  stored, unread: application/pdf" in yard.longarm("urls", "list").stdout
    assert yard.longarm("verify").returncode == 0


def test_files_of_an_article_that_is_json_are_asked_in_the_same_run(yard: Yard, museum: Museum) -> None:
    museum.routes["GET", ARTICLE].clear()
    text = "<p>丁县公安局将名单公布如下，请广大群众知悉，并积极提供线索。</p>" * 6
    said = {"title": "关于公布名单的通告", "content": f"{text}<a href='{LIST}'>名单</a>", "fileList": [{"path": SCAN}]}
    museum.serve(ARTICLE, json.dumps({"data": said}), content_type="application/json")
    yard.longarm("crawl")
    assert [len(museum.asked(url)) for url in (LIST, SCAN)] == [1, 1]
    assert objects(yard, "history", SCAN, "--json")[0]["attached_to"][0]["url"] == ARTICLE


def test_files_are_looked_at_again_conditionally_and_by_themselves(yard: Yard, museum: Museum) -> None:
    yard.longarm("crawl")
    assert "3 rechecked, 3 unchanged" in yard.longarm("recheck", "--all").stdout
    assert [seen.status for seen in museum.asked(SCAN)] == [200, 304]


def test_a_file_is_matched_and_names_its_article_wherever_it_is_shown(yard: Yard, museum: Museum) -> None:
    done = yard.longarm("run")
    assert done.returncode == 0, done.stderr
    owner = {"url": ARTICLE, "title": "关于公布名单的通告", "text": "附件1：名单"}
    found = [alert for alert in objects(yard, "alerts", "list", "--json") if alert["url"] == LIST]
    assert found
    assert all(alert["attached_to"] == [owner] for alert in found)
    shown = yard.longarm("alerts", "show", found[0]["alert"]).stdout
    assert f"article:    关于公布名单的通告 {ARTICLE}" in shown
    (snapshot,) = objects(yard, "show", found[0]["snapshot"], "--json")
    assert snapshot["attached_to"] == [owner]
    assert objects(yard, "history", LIST, "--json")[0]["attached_to"] == [owner]
    digest = json.loads(yard.longarm("digest", "--format", "json").stdout)
    assert digest["alerts"][0]["attached_to"] == [owner]
    assert digest["counts"]["unread"] == 1
    for form in ("text", "markdown", "html"):
        told = yard.longarm("digest", "--format", form).stdout
        assert "attached to" in told, form
        assert "stored, unread: 1" in told, form
    assert [row["url"] for row in objects(yard, "search", "名单", "--json")].count(LIST) == 1


def test_a_file_that_is_deleted_is_a_takedown_of_its_own(yard: Yard, museum: Museum) -> None:
    museum.serve(ARTICLE, article(link(SCAN, "附件：通告原件"), text="经劝返，滞留境外涉诈人员已回国投案自首。"), day=1)
    museum.serve(SCAN, "<html><title>404 Not Found</title></html>", status=404, day=2)
    yard.longarm("run")
    museum.day = 2
    yard.longarm("recheck", "--all")
    known = rows(yard)
    assert (known[SCAN]["state"], known[SCAN]["gone_as"]) == ("suspected-gone", "404")
    assert known[ARTICLE]["state"] == "live"
    digest = json.loads(yard.longarm("digest", "--format", "json").stdout)
    (gone,) = digest["takedowns"]
    assert (gone["url"], gone["title"], gone["kind"]) == (SCAN, "附件：通告原件", "document")
    assert gone["attached_to"][0]["url"] == ARTICLE


def test_a_file_that_changes_is_there_even_where_it_cannot_be_read(yard: Yard, museum: Museum) -> None:
    museum.serve(SCAN, b"%PDF-1.5\n\x00\x02another", content_type="application/pdf", etag='"scan2"', day=2)
    yard.longarm("crawl")
    museum.day = 2
    yard.longarm("recheck", "--all")
    assert rows(yard)[SCAN]["state"] == "live"
    assert len({row["sha256"] for row in objects(yard, "history", SCAN, "--json")}) == 2


def test_a_file_that_becomes_a_web_page_saying_it_is_gone_is_gone(yard: Yard, museum: Museum) -> None:
    page = "<html><title>提示</title><body><h1>提示</h1><p>您访问的页面不存在或已被删除。</p></body></html>"
    museum.serve(SCAN, page, day=2)
    yard.longarm("crawl")
    museum.day = 2
    yard.longarm("recheck", "--all")
    assert rows(yard)[SCAN]["state"] == "suspected-gone"


def test_a_file_that_a_list_leads_to_is_a_page_as_before(yard: Yard, museum: Museum) -> None:
    museum.serve(RSS, feed_of([SCAN, ARTICLE]), content_type="text/xml; charset=utf-8")
    museum.serve(ARTICLE, article())
    assert "2 new pages" in yard.longarm("crawl").stdout
    assert rows(yard)[SCAN]["kind"] == "document"
    assert "attached_to" not in objects(yard, "history", SCAN, "--json")[0]


def test_a_file_larger_than_is_asked_is_kept_as_far_as_it_came(yard: Yard, museum: Museum) -> None:
    museum.routes["GET", SCAN].clear()
    museum.serve(SCAN, b"%PDF-1.4\n\x00\x01" + b"x" * 300_000, content_type="application/pdf")
    yard.configure(proxy=museum.proxy, fetch="max_size = '64KB'")
    yard.longarm("crawl")
    assert yard.captures(SCAN)[0].truncated
    assert (rows(yard)[SCAN]["kind"], rows(yard)[SCAN]["unread"]) == ("document", "application/pdf")


def test_files_of_a_killed_crawl_are_due_in_the_next_run(yard: Yard, museum: Museum) -> None:
    museum.routes["GET", SCAN].clear()
    museum.serve(SCAN, b"%PDF-1.4\n\x00\x01scan", content_type="application/pdf", delay_s=1.5)
    museum.routes["GET", LIST].clear()
    museum.serve(LIST, TOLD, content_type="text/plain; charset=utf-8", delay_s=1.5)
    process = yard.start("crawl")
    deadline = time.monotonic() + 60
    while not yard.captures(ARTICLE) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    assert yard.captures(ARTICLE)
    assert not yard.captures(SCAN)
    done = yard.longarm("crawl")
    assert done.returncode == 0, done.stderr
    assert len(yard.captures(SCAN)) == len(yard.captures(LIST)) == 1
    assert len(museum.asked(ARTICLE)) == 1


def test_what_the_most_pages_of_a_run_leave_is_due_in_the_next(yard: Yard, museum: Museum) -> None:
    yard.longarm("crawl", "--max-pages", "2")
    assert len(museum.asked(LIST)) + len(museum.asked(SCAN)) == 1
    yard.longarm("crawl")
    assert [len(museum.asked(url)) for url in (ARTICLE, LIST, SCAN)] == [1, 1, 1]


def test_a_file_of_two_articles_is_asked_once_and_names_both(yard: Yard, museum: Museum) -> None:
    second = f"{HOST}/art/2.html"
    museum.serve(RSS, feed_of([ARTICLE, second]), content_type="text/xml; charset=utf-8")
    museum.serve(second, article(link(LIST, "名单"), title="转发：关于公布名单的通告"))
    yard.longarm("run")
    assert len(museum.asked(LIST)) == 1
    alert = next(alert for alert in objects(yard, "alerts", "list", "--json") if alert["url"] == LIST)
    assert {owner["url"] for owner in alert["attached_to"]} == {ARTICLE, second}


def test_an_edit_that_adds_a_file_has_it_asked_in_the_same_run(yard: Yard, museum: Museum) -> None:
    museum.routes["GET", ARTICLE].clear()
    museum.serve(ARTICLE, article(), etag='"1"')
    museum.serve(ARTICLE, article(link(LIST, "附件：名单")), etag='"2"', day=2)
    yard.longarm("crawl")
    assert not museum.asked(LIST)
    museum.day = 2
    yard.longarm("recheck", "--all")
    assert len(museum.asked(LIST)) == 1


def test_files_inside_are_not_asked_and_a_file_leads_no_further(yard: Yard, museum: Museum) -> None:
    trap = [f"{FILES}/trap/{number}.doc" for number in range(4)]
    for here, there in itertools.pairwise(trap):
        museum.serve(here, article(link(there, "附件：下一个")))
    inner = "http://192.168.1.1/secret.pdf"
    museum.serve(inner, b"%PDF-1.4 secret")
    museum.serve(ARTICLE, article(link(inner, "附件1"), link(trap[0], "附件2")))
    for _ in range(3):
        yard.longarm("crawl")
    assert not museum.asked(inner)
    assert [len(museum.asked(url)) for url in trap] == [1, 0, 0, 0]


def test_robots_txt_of_the_file_server_holds(yard: Yard, museum: Museum) -> None:
    museum.serve(f"{FILES}/robots.txt", "User-agent: *\nDisallow: /upload/", content_type="text/plain")
    yard.longarm("crawl")
    assert not museum.asked(SCAN)
    assert yard.captures(SCAN)[0].error == "robots"


def test_a_notice_that_is_a_picture_has_its_picture_kept(yard: Yard, museum: Museum) -> None:
    picture = f"{HOST}/art/W020261113000000000061.jpg"
    museum.serve(picture, b"\xff\xd8\xff\xe0 picture", content_type="image/jpeg")
    museum.serve(
        ARTICLE,
        "<html><head><title>悬赏通告</title></head><body><h1>悬赏通告</h1><div class='TRS_Editor'>"
        "<p><img src='W020261113000000000061.jpg'></p></div></body></html>",
    )
    yard.longarm("crawl")
    row = rows(yard)[picture]
    assert (row["kind"], row["unread"], row["state"]) == ("document", "image/jpeg", "live")


def test_the_archive_alone_tells_which_file_belongs_to_which_article(yard: Yard, museum: Museum) -> None:
    yard.longarm("run")
    for path in yard.folder.glob("longarm.db*"):
        path.unlink()
    yard.longarm("db", "upgrade")
    asked = len(museum.requests)
    yard.longarm("crawl", "--max-pages", "0")
    yard.longarm("scan")
    assert not [seen for seen in museum.requests[asked:] if seen.url in (ARTICLE, LIST, SCAN)]
    alert = next(alert for alert in objects(yard, "alerts", "list", "--json") if alert["url"] == LIST)
    assert alert["attached_to"][0]["url"] == ARTICLE
    database = sqlite3.connect(yard.folder / "longarm.db")
    assert database.execute("select count(*) from attachment").fetchone() == (2,)
    database.close()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>内容。</p><a href='a.PDF'>x</a>", True),
        ("<p>内容。</p><a href='down?id=5'>附件</a>", True),
        ("<img src='a.jpg'>", True),
        ("<img src='a.jpg'>" + "警方提醒，谨防诈骗。" * 20, False),
        ("<p>通告</p><a href='a.html'>x</a>", False),
        ("%PDF-1.4 <a href='a.pdf'>", False),
    ],
)
@pytest.mark.parametrize("coding", ["utf-8", "gb18030"])
def test_a_look_at_the_bytes_tells_most_pages_without_files(body: str, expected: bool, coding: str) -> None:
    assert may_have(body.encode(coding)) is expected


def test_the_look_at_the_bytes_takes_next_to_nothing() -> None:
    page = ("<div class='m'><a href='/a/b.html'>警情</a></div>" * 2000).encode()
    started = time.process_time()
    for _ in range(20):
        may_have(page)
    assert (time.process_time() - started) / 20 < 0.01
