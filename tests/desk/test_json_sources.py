"""Lists that are data, over the wire: recognised by `sources add`, a search's keywords posted and its hits captured."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from tests.desk.test_sources import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TREE = json.dumps([{"id": 31, "name": "公告", "children": []}, {"id": 32, "name": "动态", "children": []}])
HEX = "0a" * 16
UNIT = "{'webId':'3','pageId':'77','tplSetId':'t','tagId':'信息列表'}"
ARTICLE = (
    "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>发布时间：2026-11-20</p><div class='TRS_Editor'>"
    "<p>云溪县公安局通报：今年以来，经规劝，已有四十三名滞留境外人员回国，其中十二名主动投案。</p></div></body></html>"
)
PAGES = {
    "/gkmlpt/index": f"<div id=app></div><script>window._CONFIG = {{ SID: '765001', TREE: {TREE} }}</script>",
    "/legal/": f"<ul data=\"datasource:{HEX}\" preview='ds_'></ul>",
    "/col/col77/index.html": f'<script src="/unitbuild.js" queryData="{UNIT}"></script>',
    "/zw/govInfoPub.html": "<script src='/js/webBuilderCommon.js'></script><p>EWB-FRONT</p>",
    "/js/webBuilderCommon.js": "var siteInfo = {projectName:'/EWB-FRONT', siteGuid:'7eb5f7f1'};",
}
ROWS = [{"title": f"云溪县公安局通告第{n}号", "url": f"/a/{n}.html", "date": "2026-11-20"} for n in range(1, 4)]
DATA = {
    "/gkmlpt/api/all/31": {"articles": ROWS, "classify": {"post_count": 3}},
    "/gkmlpt/api/all/32": {"articles": [], "classify": {"post_count": 0}},
    f"/legal/ds_{HEX}.json": {"datasource": [{**row, "publishUrl": row["url"]} for row in ROWS]},
    "/api-gateway/jpaas-publish-server/front/page/build/unit": {
        "data": {"html": "".join(f"<li><a href='{row['url']}'>{row['title']}</a>2026-11-20</li>" for row in ROWS)}
    },
    "/EWB-FRONT/rest/lightfrontaction/getgovinfolist": {
        "custom": {"total": 3, "data": [{"infourl": row["url"], "realtitle": row["title"]} for row in ROWS]}
    },
    "/api/list": {"data": {"rows": ROWS}},
}


class Site(BaseHTTPRequestHandler):
    """Pages, answers, and a search by POST that knows two words. What was asked is kept on the server."""

    def do_GET(self) -> None:
        self._reply("")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

    def _reply(self, body: str) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, self.path, dict(self.headers), body))  # type: ignore[attr-defined]
        kind, text = "text/html; charset=utf-8", PAGES.get(path, "")
        if path in DATA:
            kind, text = "application/json", json.dumps(DATA[path], ensure_ascii=False)
        elif path == "/jsearchfront/interfaces/cateSearch.do":
            said = parse_qs(body)
            word, number = said["q"][0], said["p"][0]
            hit = f"<a href='visit/link.do?url=http%3A%2F%2F{self.headers['Host']}%2Fhit%2F{len(word)}.html'>{word}</a>"
            kind, text = "application/json", json.dumps({"result": [hit] if number == "1" else [], "total": 1})
        elif path.startswith(("/a/", "/hit/")):
            text = ARTICLE.format(f"通告{path}")
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as found:
        found.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    found = Shell(tmp_path)
    found("init")
    return found


@pytest.mark.parametrize(
    ("path", "platform"),
    [
        ("/gkmlpt/index", "gkmlpt"),
        ("/legal/", "xinhua"),
        ("/col/col77/index.html", "jpaas"),
        ("/zw/govInfoPub.html?categorynum=003001", "epoint"),
        ("/api/list", "jsonlist"),
    ],
)
def test_an_added_source_is_recognised_from_its_first_answer_and_works_unedited(
    path: str, platform: str, shell: Shell, server: ThreadingHTTPServer
) -> None:
    url = f"http://127.0.0.1:{server.server_port}{path}"
    said = shell.apart("sources", "add", url, "--write")
    assert f"platform: {platform}\n" in said
    shell.apart("crawl")
    listed = [json.loads(line)["url"] for line in shell("urls", "list", "--json").splitlines()]
    assert {one for one in listed if "/a/" in one} == {
        f"http://127.0.0.1:{server.server_port}/a/{n}.html" for n in range(1, 4)
    }


def test_a_search_asks_each_keyword_and_captures_its_hits(shell: Shell, server: ThreadingHTTPServer) -> None:
    root = f"http://127.0.0.1:{server.server_port}"
    text = (
        f"sources:\n  - id: so\n    agency: police\n    level: county\n    platform: search\n"
        f"    start: ['{root}/jsearchfront/search.do?websiteid=33']\n    options: {{keywords: [劝返, 滞留境外]}}\n"
    )
    (shell.folder / "sources" / "mine.yaml").write_text(text, encoding="utf-8")
    shell.apart("crawl")
    asked = server.asked  # type: ignore[attr-defined]
    posted = [parse_qs(body) for method, _, _, body in asked if method == "POST"]
    assert [(said["q"][0], said["p"][0], said["websiteid"][0]) for said in posted] == [
        ("劝返", "1", "33"), ("劝返", "2", "33"), ("滞留境外", "1", "33"), ("滞留境外", "2", "33"),
    ]  # fmt: skip
    assert not [headers for _, _, headers, _ in asked if "Referer" in headers]
    assert {path for _, path, _, _ in asked if path.startswith("/hit/")} == {"/hit/2.html", "/hit/4.html"}
    assert "visit" not in shell("urls", "list", "--json")
    row = next(line for line in shell("sources", "list", "--json").splitlines() if '"source":"so"' in line)
    assert json.loads(row)["health"] == "ok"
