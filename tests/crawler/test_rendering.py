"""Sources with `render: true`: lists and articles that a script fills in, and pages that fight the browser."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.browser import find_browser
from storage.capture_record import sha256
from tests.crawler.yard import ROOT, Yard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.ding.example.gov.cn"
LIST = f"{HOST}/list.html"
NEEDED = pytest.mark.skipif(
    find_spec("playwright") is None or find_browser() is None, reason="no browser here: longarm[browser], chromium"
)
TEXT = "丁县公安局关于敦促滞留境外人员回国投案自首的通告。请有关人员在年底前与我局联系，争取从宽处理。" * 6
SHELL = "<html><head><title>丁县公安局</title></head><body><div id=a></div><script src=/app.js></script></body></html>"
ROWS = [
    {"url": f"/art/{n}.html", "title": f"第{n}号关于冬季巡逻的通告全文", "date": f"2026-11-{n:02d}"}
    for n in range(1, 6)
]
LISTING = """
fetch("/api/rows.json").then(r => r.json()).then(rows => {
    document.getElementById("a").innerHTML = "<ul>" + rows.map(
        r => `<li><a href="${r.url}">${r.title}</a><span>${r.date}</span></li>`).join("") + "</ul>";
});
"""
ARTICLE = (
    "<html><head><title>第{n}号关于冬季巡逻的通告全文</title></head><body><h1>第{n}号关于冬季巡逻的通告全文</h1>"
    "<div id=a class=article></div><script>"
    "fetch('/api/text{n}.json').then(r => r.json()).then("
    "t => {{document.getElementById('a').innerHTML = '<p>' + t + '</p>'}})"
    "</script></body></html>"
)


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more="[browser]\ntimeout = 60\n")
    museum.serve(LIST, SHELL)
    museum.serve(f"{HOST}/app.js", LISTING, content_type="text/javascript")
    museum.serve(f"{HOST}/api/rows.json", json.dumps(ROWS), content_type="application/json")
    for number in range(1, 6):
        museum.serve(f"{HOST}/art/{number}.html", ARTICLE.format(n=number), etag=f'"{number}"')
        museum.serve(f"{HOST}/api/text{number}.json", json.dumps(f"{number}：{TEXT}"), content_type="application/json")
    yard.source("ding", LIST, render="true")
    return yard


def rows(yard: Yard, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in yard.longarm(*words, "--json").stdout.splitlines()]


def only(yard: Yard, museum: Museum, page: str, **keys: str) -> str:
    """Make the list a feed of one page with this body; gives its address."""
    url = f"{HOST}/art/1.html"
    museum.routes.pop(("GET", url), None)
    museum.serve(url, page, **keys)  # type: ignore[arg-type]
    museum.serve(f"{HOST}/api/rows.json", json.dumps(ROWS[:1]), content_type="application/json")
    return url


@NEEDED
def test_what_a_script_fills_in_is_listed_read_and_kept_beside_the_answer(yard: Yard, museum: Museum) -> None:
    done = yard.longarm("crawl")
    assert done.returncode == 0
    assert all(line.startswith("captures: ") for line in done.stderr.splitlines()), "its progress at most"
    assert "5 new pages" in done.stdout
    url = f"{HOST}/art/1.html"
    rendered = yard.record(url)["agent"]["rendered"]
    assert rendered["browser"].startswith("Chromium ")
    assert rendered["failure"] is None
    types = [each["type"] for each in yard.record(url)["records"]]
    assert types == ["request", "response", "resource", "request", "response"]
    (capture,) = yard.captures(url)
    assert capture.payload_length == len(ARTICLE.format(n=1).encode()), "the answer itself is kept as it came"
    shown = json.loads(yard.longarm("show", str(rows(yard, "history", url)[0]["snapshot"]), "--json").stdout)
    assert "敦促滞留境外人员回国投案自首" in shown["body"]
    assert len(museum.asked(f"{HOST}/app.js")) == 1
    assert yard.longarm("verify").returncode == 0


@NEEDED
def test_an_unchanged_tree_is_unchanged_and_a_changed_one_is_an_edit(yard: Yard, museum: Museum) -> None:
    yard.longarm("crawl")
    museum.serve(
        f"{HOST}/api/text2.json", json.dumps(f"2：{TEXT}另：举报电话。"), content_type="application/json", day=2
    )
    museum.day = 2
    again = yard.longarm("recheck", "--all")
    assert "5 rechecked, 4 unchanged" in again.stdout
    assert "if-none-match" not in museum.asked(f"{HOST}/art/1.html")[-1].headers
    assert [row["event"] for row in rows(yard, "history", f"{HOST}/art/2.html")] == ["captured", "captured", "edited"]


@NEEDED
def test_the_page_reaches_its_sources_hosts_and_nothing_else(yard: Yard, museum: Museum) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stun,
        socket.create_server(("127.0.0.1", 0)) as inner,
    ):
        stun.bind(("127.0.0.1", 0))
        port, udp = inner.getsockname()[1], stun.getsockname()[1]
        url = only(
            yard,
            museum,
            f"<html><title>通告</title><body><p>{TEXT}</p><img src=/i.png><video src=/v.mp4></video>"
            "<link rel=prefetch href=http://other.example.cn/p><iframe src=http://other.example.cn/f></iframe>"
            "<script src=http://other.example.cn/x.js></script><script>"
            f"fetch('http://127.0.0.1:{port}/a').catch(() => 0); fetch('http://10.0.0.1/b').catch(() => 0);"
            "fetch('http://static.example.gov.cn/s.json').catch(() => 0);"
            "fetch('/moves').catch(() => 0);"
            f"navigator.sendBeacon('/beacon', 'x'); new WebSocket('ws://127.0.0.1:{port}/ws');"
            f"navigator.serviceWorker && navigator.serviceWorker.register('/sw.js').catch(() => 0);"
            f"window.open('http://127.0.0.1:{port}/pop'); location.href = '/elsewhere';"
            f"try {{ new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}}]}}) }} catch (e) {{}}"
            "const a = document.createElement('a'); a.href = '/file.zip'; a.download = 'x'; a.click();"
            "</script></body></html>",
        )
        museum.serve(f"{HOST}/moves", status=302, location="http://third.example.cn/")
        yard.source("ding", LIST, render="true", render_hosts="[static.example.gov.cn]")
        begun = monotonic()
        assert yard.longarm("crawl").returncode == 0
        assert monotonic() - begun < 60, "a page that goes elsewhere is not waited for as long as a page may take"
        for door in (stun, inner):
            door.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stun.recv(100)
        with pytest.raises(TimeoutError):
            inner.accept()
    asked = {seen.url for seen in museum.requests}
    assert asked == {
        *(f"{HOST}/{name}" for name in ("robots.txt", "list.html", "app.js", "api/rows.json", "moves")),
        url,
        *(f"http://static.example.gov.cn/{name}" for name in ("robots.txt", "s.json")),
    }
    told = " ".join(f"{name} {value}" for seen in museum.requests for name, value in seen.headers.items()).lower()
    assert "headless" not in told
    assert museum.asked(f"{HOST}/app.js")[0].headers["user-agent"] == museum.asked(url)[0].headers["user-agent"]


@NEEDED
def test_nothing_is_kept_from_one_page_to_the_next(yard: Yard, museum: Museum) -> None:
    page = f"<html><body><p>{TEXT}</p><script>fetch('/count?' + document.cookie + localStorage.x);"
    page += "document.cookie = 'seen=1'; "
    for number in (1, 2):
        museum.routes.pop(("GET", f"{HOST}/art/{number}.html"))
        museum.serve(f"{HOST}/art/{number}.html", page + "localStorage.x = 1</script></body></html>")
    museum.serve(f"{HOST}/count?*", "1")
    yard.longarm("crawl")
    assert {seen.url for seen in museum.requests if "/count" in seen.url} == {f"{HOST}/count?undefined"}
    assert not any("cookie" in seen.headers for seen in museum.requests)


@NEEDED
@pytest.mark.parametrize(
    ("script", "why", "seconds"),
    [
        ("for (;;);", "kept the browser busy", 10),
        ("const a = []; for (;;) a.push(new Array(1e6).fill(1))", "crashed", 60),
    ],
)
def test_a_page_that_hangs_or_kills_the_browser_costs_itself_only(
    yard: Yard, museum: Museum, script: str, why: str, seconds: int
) -> None:
    url = f"{HOST}/art/3.html"
    museum.serve(url, f"<html><title>x</title><script>{script}</script></html>", day=2)
    yard.longarm("crawl")
    museum.day = 2
    yard.configure(proxy=museum.proxy, more=f"[browser]\ntimeout = {seconds}\n")
    yard.longarm("recheck", "--all")
    assert why in str(yard.captures(url)[-1].message)
    states = {row["url"]: row["state"] for row in rows(yard, "urls", "list")}
    assert states[url] == "live", "a browser's failure says nothing of the page"
    assert all(len(yard.captures(f"{HOST}/art/{n}.html")) == 2 for n in range(1, 6))
    assert rows(yard, "history", f"{HOST}/art/4.html")[-1]["event"] == "unchanged"


@NEEDED
def test_a_challenge_is_told_as_one_and_its_script_is_not_run(yard: Yard, museum: Museum) -> None:
    challenge = (
        "<html><head><script>document.cookie = '__jsl_clearance_s=1'; fetch('/solved'); "
        "location.href = location.pathname</script></head></html>"
    )
    museum.serve(LIST, challenge, status=521, headers={"Set-Cookie": "__jsluid_h=1"}, day=2)
    museum.serve(f"{HOST}/art/1.html", challenge, status=521, headers={"Set-Cookie": "__jsluid_h=1"}, day=2)
    yard.longarm("crawl")
    museum.day = 2
    assert "ding: blocked" in yard.longarm("crawl").stdout
    yard.longarm("recheck", "--url", f"{HOST}/art/1.html")
    assert rows(yard, "history", f"{HOST}/art/1.html")[-1]["event"] == "blocked"
    assert not museum.asked(f"{HOST}/solved")


@NEEDED
def test_a_run_renders_no_more_pages_than_it_may_and_the_rest_stays_due(yard: Yard, museum: Museum) -> None:
    yard.configure(proxy=museum.proxy, more="[browser]\nmax_pages = 2\n")
    first = yard.longarm("crawl")
    assert "2 new pages" in first.stdout
    assert "ding: more new pages" in first.stdout
    assert "2 new pages" in yard.longarm("crawl").stdout


def test_without_a_browser_the_source_says_what_is_missing_and_pages_keep_their_state(
    yard: Yard, museum: Museum
) -> None:
    yard.configure(proxy=museum.proxy, more="[browser]\npath = '/nowhere/chromium'\n")
    done = yard.longarm("crawl")
    assert done.returncode == 1
    assert (
        "ding: parse: not rendered: this source is rendered in a browser: pip install 'longarm[browser]'" in done.stdout
    )
    assert "longarm doctor" in done.stdout
    assert len(museum.asked(f"{HOST}/app.js")) == 0


def test_a_crawl_that_renders_nothing_imports_no_browser() -> None:
    code = (
        "import sys, desk.commands.crawl, crawler.frontier, crawler.rendering, spiders.watch;"
        "sys.exit(str([name for name in sys.modules if 'playwright' in name]) if 'playwright' in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def kept(yard: Yard) -> list[tuple[str, str, bytes]]:
    """Type, address and body of each record of the archive's files, checked by another program's reader."""
    found = []
    for file in sorted((yard.folder / "captures").rglob("*.warc.gz")):
        with file.open("rb") as opened:
            for record in ArchiveIterator(opened, check_digests="raise"):
                uri = record.rec_headers.get_header("WARC-Target-URI") or ""
                found.append((record.rec_type, uri, record.content_stream().read()))
    return found


@NEEDED
def test_what_a_pages_content_came_from_is_kept_and_said_in_its_record(yard: Yard, museum: Museum) -> None:
    museum.routes.pop(("GET", f"{HOST}/api/text1.json"))
    museum.serve(f"{HOST}/api/text1.json", status=302, location="/api/moved.json")
    museum.serve(f"{HOST}/api/moved.json", json.dumps(f"1：{TEXT}"), content_type="application/json")
    yard.longarm("crawl")
    bodies = {uri: body for kind, uri, body in kept(yard) if kind == "response"}
    assert bodies[f"{HOST}/api/moved.json"] == json.dumps(f"1：{TEXT}").encode()
    assert bodies[f"{HOST}/api/rows.json"] == json.dumps(ROWS).encode()
    scripts = [uri for kind, uri, _ in kept(yard) if kind == "response" and uri.endswith(".js")]
    assert scripts == [f"{HOST}/app.js"]
    asked = yard.record(f"{HOST}/art/1.html")["asked"]
    assert [(each["method"], each["url"].removeprefix(HOST), each["status"]) for each in asked] == [
        ("GET", "/api/text1.json", 302),
        ("GET", "/api/moved.json", 200),
    ]
    assert asked[1]["body_sha256"] == sha256(bodies[f"{HOST}/api/moved.json"])
    size = len(kept(yard))
    yard.longarm("recheck", "--all")
    added = sorted((kind, uri) for kind, uri, _ in kept(yard)[size:] if kind != "warcinfo" and "robots" not in uri)
    assert added == [("revisit", f"{HOST}/art/{n}.html") for n in range(1, 6)], "an unchanged tree is kept once"
    assert yard.longarm("verify").returncode == 0


@NEEDED
def test_a_pages_own_requests_keep_the_pace_of_their_host(yard: Yard, museum: Museum) -> None:
    fetches = "".join(f"fetch('/n{n}.json').catch(() => 0);" for n in range(6))
    url = only(yard, museum, f"<html><title>通告</title><body><p>{TEXT}</p><script>{fetches}</script></body></html>")
    museum.serve(f"{HOST}/robots.txt", "User-agent: *\nCrawl-delay: 0.5\n", content_type="text/plain")
    for number in range(6):
        museum.serve(f"{HOST}/n{number}.json", "1", content_type="application/json")
    yard.source("ding", LIST, render="true", robots="obey")
    assert yard.longarm("crawl").returncode == 0
    times = [seen.at for seen in museum.requests if "/n" in seen.url]
    assert len(times) == 6
    # The page asks for them all at once; the first may be seen a little late.
    assert times[-1] - times[0] >= 5 * 0.5 - 0.4
    assert yard.record(url)["agent"]["rendered"]["fetched"] == 6


@NEEDED
def test_a_host_that_refuses_a_pages_own_requests_is_left_alone(yard: Yard, museum: Museum) -> None:
    for number in range(1, 6):
        museum.serve(f"{HOST}/api/text{number}.json", status=429, headers={"Retry-After": "600"}, day=2)
    yard.longarm("crawl")
    museum.day = 2
    begun = len(museum.requests)
    yard.longarm("recheck", "--all")
    assert len([seen for seen in museum.requests[begun:] if "/api/" in seen.url]) == 1
    assert {row["state"] for row in rows(yard, "urls", "list")} == {"live"}
    assert all(
        "not rendered: 1 of its own requests failed" in str(yard.captures(f"{HOST}/art/{n}.html")[-1].message)
        for n in range(1, 6)
    )


@NEEDED
@pytest.mark.parametrize(("policy", "fetched"), [("obey", False), ("ignore", True)])
def test_robots_txt_of_hosts_that_a_page_fetches_from_is_as_the_source_says(
    policy: str, fetched: bool, yard: Yard, museum: Museum
) -> None:
    static = "http://static.example.gov.cn"
    fetches = "".join(f"fetch('{static}/{name}.json').catch(() => 0);" for name in ("open", "closed"))
    only(yard, museum, f"<html><title>通告</title><body><p>{TEXT}</p><script>{fetches}</script></body></html>")
    museum.serve(f"{static}/robots.txt", "User-agent: *\nDisallow: /closed\n", content_type="text/plain")
    for name in ("open", "closed"):
        museum.serve(f"{static}/{name}.json", "1", content_type="application/json")
    yard.source("ding", LIST, render="true", render_hosts="[static.example.gov.cn]", robots=policy)
    assert yard.longarm("crawl").returncode == 0
    assert len(museum.asked(f"{static}/robots.txt")) == (policy == "obey")
    assert len(museum.asked(f"{static}/open.json")) == 1
    assert len(museum.asked(f"{static}/closed.json")) == fetched


@NEEDED
def test_a_dead_host_that_pages_fetch_from_costs_its_timeout_a_few_times_only(yard: Yard, museum: Museum) -> None:
    static = "http://static.example.gov.cn"
    numbers = range(1, 9)
    listed = [
        {"url": f"/art/{n}.html", "title": f"第{n}号关于巡逻的通告全文", "date": f"2026-11-{n:02d}"} for n in numbers
    ]
    museum.serve(f"{HOST}/api/rows.json", json.dumps(listed), content_type="application/json", day=2)
    museum.day = 2
    for number in numbers:
        page = ARTICLE.format(n=number).replace("'/api/", f"'{static}/")
        museum.serve(f"{HOST}/art/{number}.html", page, day=2)
        museum.serve(f"{static}/text{number}.json", "late", delay_s=6)
    yard.source("ding", LIST, render="true", render_hosts="[static.example.gov.cn]")
    yard.longarm("crawl")
    assert len([seen for seen in museum.requests if seen.url.startswith(f"{static}/text")]) == 5
    assert len([seen for seen in museum.requests if "/art/" in seen.url]) == len(numbers)
