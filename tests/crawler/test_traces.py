"""What a site and a proxy get to see of us, to the byte: an ordinary browser, and nothing of reader or program."""

from __future__ import annotations

import re
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from crawler.headers import arrange, brands, usual
from storage.config import BROWSER
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.bing.example.gov.cn"
PAGE = f"{HOST}/art/1.html"
TEXT = "<html><h1>第1号通告</h1><p>" + "丙县公安局关于冬季巡逻的通告，请广大群众配合。" * 20 + "</p></html>"
NAVIGATION = (
    "Proxy-Connection: keep-alive\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    f"User-Agent: {BROWSER}\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n"
)


class Recorder:
    """A proxy that keeps the bytes of each request's head and answers plain http from a table."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.answers: dict[str, tuple[str, bytes]] = {}
        self._door = socket.create_server(("127.0.0.1", 0))
        self.proxy = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def head(self, url: str, which: int = -1) -> str:
        return [head for head in self.heads if head.split(" ", 2)[1] == url][which]

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(visitor,), daemon=True).start()

    def _answer(self, visitor: socket.socket) -> None:
        with visitor, visitor.makefile("rb") as lines:
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = lines.readline()
                    if not line:
                        return
                    head += line
                text = head.decode("latin-1")
                self.heads.append(text)
                length = re.search(r"^Content-Length: (\d+)", text, re.MULTILINE)
                lines.read(int(length[1]) if length else 0)
                said, body = self.answers.get(text.split(" ", 2)[1], ("404 Not Found", b"no"))
                visitor.sendall(f"HTTP/1.1 {said}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    made = Recorder()
    yield made
    made.close()


@pytest.fixture
def yard(tmp_path: Path, recorder: Recorder) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=recorder.proxy)
    xml = feed_of([PAGE]).encode()
    recorder.answers[f"{HOST}/rss.xml"] = ('200 OK\r\nContent-Type: text/xml\r\nETag: "f"', xml)
    tag = '200 OK\r\nContent-Type: text/html\r\nETag: "p1"\r\nLast-Modified: Mon, 02 Nov 2026 08:00:00 GMT'
    recorder.answers[PAGE] = (tag, TEXT.encode())
    yard.source("bing", f"{HOST}/rss.xml")
    return yard


def test_every_kind_of_request_is_a_browsers_to_the_byte(yard: Yard, recorder: Recorder) -> None:
    assert yard.longarm("crawl").returncode == 0
    host = "Host: www.bing.example.gov.cn\r\n"
    for url in (f"{HOST}/robots.txt", f"{HOST}/rss.xml", PAGE):
        assert recorder.head(url) == f"GET {url} HTTP/1.1\r\n{host}{NAVIGATION}\r\n"
    yard.longarm("recheck", "--all")
    validators = 'If-None-Match: "p1"\r\nIf-Modified-Since: Mon, 02 Nov 2026 08:00:00 GMT\r\n'
    assert recorder.head(PAGE) == f"GET {PAGE} HTTP/1.1\r\n{host}{NAVIGATION}{validators}\r\n"
    told = "".join(recorder.heads).lower()
    assert not re.search(r"longarm|scrapy|twisted|python|referer|headless|forwarded", told)


def test_the_record_says_what_went_over_the_wire(yard: Yard, recorder: Recorder) -> None:
    yard.longarm("crawl")
    lines = yard.record(PAGE)["request"]["headers"]
    assert "".join(f"{name}: {value}\r\n" for name, value in lines) in recorder.head(PAGE)


def test_validators_are_told_to_the_address_that_gave_them_alone(yard: Yard, recorder: Recorder) -> None:
    moved = "http://new.bing.example.gov.cn/1.html"
    recorder.answers[moved] = recorder.answers[PAGE]
    recorder.answers[PAGE] = (f"302 Found\r\nLocation: {moved}", b"")
    yard.longarm("crawl")
    yard.longarm("recheck", "--all")
    assert "If-None-Match" not in recorder.head(PAGE)
    assert 'If-None-Match: "p1"' in recorder.head(moved)
    recorder.answers[PAGE] = ("302 Found\r\nLocation: http://third.example.cn/", b"")
    recorder.answers["http://third.example.cn/"] = recorder.answers[moved]
    yard.longarm("recheck", "--all")
    assert "If-None-Match" not in recorder.head("http://third.example.cn/")


def test_a_vantage_may_have_a_browser_and_a_language_of_its_own(yard: Yard, recorder: Recorder) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    yard.configure(proxy=recorder.proxy)
    toml = yard.folder / "longarm.toml"
    lines = f"user_agent = '{agent}'\naccept_language = 'zh-HK,zh;q=0.8,en-US;q=0.5,en;q=0.3'\n"
    toml.write_text(toml.read_text().replace("direct = false\n", f"direct = false\n{lines}"))
    yard.longarm("crawl")
    assert recorder.head(PAGE) == (
        f"GET {PAGE} HTTP/1.1\r\nHost: www.bing.example.gov.cn\r\nUser-Agent: {agent}\r\n"
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
        "Accept-Language: zh-HK,zh;q=0.8,en-US;q=0.5,en;q=0.3\r\nAccept-Encoding: gzip, deflate\r\n"
        "Proxy-Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("major", "expected"),
    [
        (138, '"Not)A;Brand";v="8", "Chromium";v="138", "Google Chrome";v="138"'),
        (150, '"Not;A=Brand";v="8", "Chromium";v="150", "Google Chrome";v="150"'),
        (131, '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"'),
    ],
)
def test_the_brands_are_those_of_chromes_own_making(major: int, expected: str) -> None:
    assert brands(major) == expected


def test_over_tls_the_hints_agree_with_the_user_agent_in_chromes_order() -> None:
    lines = usual("https://a.example.cn/", user_agent=BROWSER, language="")
    names = [name for name, _ in arrange([("If-None-Match", "x"), ("Cookie", "a=b"), *lines.items(), ("Host", "a")])]
    assert " ".join(names) == (
        "Host sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform Upgrade-Insecure-Requests User-Agent Accept Sec-Fetch-Site "
        "Sec-Fetch-Mode Sec-Fetch-User Sec-Fetch-Dest Accept-Encoding Accept-Language Cookie If-None-Match"
    )
    assert re.search(r"Chrome/(\d+)", BROWSER)[1] in lines["sec-ch-ua"]  # type: ignore[index]
    assert (lines["sec-ch-ua-platform"], lines["sec-ch-ua-mobile"]) == ('"Windows"', "?0")
    assert "sec-ch-ua" not in usual("https://a.example.cn/", user_agent="Mozilla/5.0 Firefox/140.0", language="")


def test_a_scripts_request_says_so_and_a_page_does_not() -> None:
    posted = usual("https://a.example.cn/api", user_agent=BROWSER, language="", declared={"Content-Type": "x"})
    assert posted["Accept"] == "*/*"
    assert posted["Sec-Fetch-Mode"] == "cors"
    assert "Upgrade-Insecure-Requests" not in posted


@pytest.mark.parametrize("way", ["http", "socks5h"])
def test_no_name_of_a_site_is_looked_up_here_where_a_proxy_is_set(tmp_path: Path, museum: Museum, way: str) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy if way == "http" else museum.socks)
    urls = [f"{HOST}/rss.xml", f"{HOST}/robots.txt", PAGE]
    museum.serve(urls[0], feed_of([PAGE]), content_type="text/xml")
    museum.serve(PAGE, TEXT, status=302, location="https://tls.bing.example.gov.cn/1.html")
    museum.serve("https://tls.bing.example.gov.cn/1.html", TEXT)
    yard.source("bing", urls[0])
    done = yard.longarm("crawl", env={"LONGARM_TEST_NAMES": str(tmp_path / "names")})
    assert done.returncode == 0, done.stderr
    assert {seen.url for seen in museum.requests} >= {*urls, "https://tls.bing.example.gov.cn/1.html"}
    looked_up = (tmp_path / "names").read_text().split() if (tmp_path / "names").exists() else []
    assert [name for name in looked_up if name != "127.0.0.1"] == []


def test_the_watch_on_names_sees_a_direct_look(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(direct=True)
    yard.source("bing", f"{HOST}/rss.xml")
    yard.longarm("crawl", env={"LONGARM_TEST_NAMES": str(tmp_path / "names")})
    assert "www.bing.example.gov.cn" in (tmp_path / "names").read_text()


def test_a_source_for_proxies_only_is_never_asked_directly(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(direct=True)
    yard.source("bing", f"{museum.origin}/rss.xml", proxy_only="true")
    done = yard.longarm("crawl")
    assert done.returncode == 2
    assert "bing is proxy_only, but [vantage.default] has no proxy" in done.stderr
    assert yard.longarm("sources", "check", "bing").returncode == 2
    assert museum.requests == []
    yard.configure(proxy=museum.proxy)
    yard.longarm("crawl")
    assert [seen for seen in museum.requests if seen.url == f"{museum.origin}/rss.xml"]


def test_a_second_vantage_of_a_source_for_proxies_only_needs_a_proxy_too(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more="[vantage.home]\ndirect = true\n")
    yard.source("bing", f"{HOST}/rss.xml", proxy_only="true", vantages="[default, home]")
    done = yard.longarm("crawl")
    assert (done.returncode, museum.requests) == (2, [])
    assert "[vantage.home] has no proxy" in done.stderr
