"""A web of police notices for the benches: a forward proxy in one process, fast enough never to be what is measured.

`python bench/origin.py PAGES BYTES` prints its port and serves http://bench.example/: list pages of 100 entries in
TRS manner and PAGES articles of BYTES each, with an ETag, and 304 where it is asked conditionally.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys

HOST = "http://bench.example"
ON_ONE_LIST = 100
REQUEST = re.compile(rb"(?:GET|HEAD) (?:http://bench\.example)?(\S+) HTTP/1\.1\r\n(.*?)\r\n\r\n", re.DOTALL)
CONDITION = re.compile(rb"^if-none-match: *(\S+)", re.IGNORECASE | re.MULTILINE)
SENTENCES = (
    "民警走访社区，向群众讲解防范电信网络诈骗的知识，提醒大家不轻信陌生来电。",
    "县公安局召开工作例会，总结上月治安形势，部署下阶段重点任务。",
    "交警部门在主要路口增设岗点，引导车辆有序通行，劝阻不文明行为。",
    "派出所组织开展消防安全检查，督促商户整改隐患，更换老化线路。",
    "户籍窗口延长办公时间，方便外出务工人员办理身份证和居住证。",
)


def article_address(number: int) -> str:
    return f"/gggs/202611/t202611{number % 28 + 1:02d}_{100000 + number}.html"


def article(number: int, size: int) -> bytes:
    """One notice. As on real sites, most of it is styles, scripts and menus; one in fifty holds a watched phrase."""
    paragraphs = [SENTENCES[(number * 7 + at) % len(SENTENCES)] * 2 + f"编号{number}之{at}。" for at in range(8)]
    if number % 50 == 0:
        paragraphs[3] += "县里成立劝返专班，规劝滞留境外涉诈人员回国投案自首。"
    title, day = f"第{number}号警务工作通报", f"2026-11-{number % 28 + 1:02d}"
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    menu = "".join(f'<li><a href="/bsfw/{at}/index.html">办事服务{at}</a></li>' for at in range(40))
    related = "".join(
        f'<li><a href="/jwdt/{at}.html">相关警务动态第{at}条</a><em>11-{at:02d}</em></li>' for at in range(1, 9)
    )
    head = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_某县公安局</title>'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="{day} 09:30">'
        '<meta name="ContentSource" content="某县公安局">'
    )
    rest = (
        f'</head><body><div class="head"><ul class="nav">{menu}</ul></div>'
        f'<div class="article"><h1>{title}</h1><div class="info">发布时间：{day} 09:30 来源：某县公安局</div>'
        f'<div class="TRS_Editor">{body}</div></div><div class="related"><h3>相关阅读</h3><ul>{related}</ul></div>'
        '<div class="foot">某县公安局 版权所有</div></body></html>'
    )
    room = max(0, size - len((head + rest).encode()) - 40)
    style = "".join(f".m{at}{{margin:0;padding:{at % 9}px;color:#33{at % 90 + 10}44}}\n" for at in range(room // 83))
    script = "".join(f'var v{at}=document.getElementById("m{at}");\n' for at in range(room // 83))
    return f"{head}<style>{style}</style><script>{script}</script>{rest}".encode()


def listing(page: int, pages: int) -> bytes:
    total = -(-pages // ON_ONE_LIST)
    rows = range(page * ON_ONE_LIST, min(pages, (page + 1) * ON_ONE_LIST))
    items = "".join(
        f'<li><a href="{article_address(n)}">第{n}号警务工作通报</a><span>2026-11-{n % 28 + 1:02d}</span></li>'
        for n in rows
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>公告公示_某县公安局</title></head><body>'
        f'<div class="list"><ul>{items}</ul></div><script>createPageHTML({total}, {page}, "index", "html");</script>'
        "</body></html>"
    ).encode()


def build(pages: int, size: int) -> dict[bytes, tuple[bytes, bytes]]:
    """Every address with its whole answer and its answer to a condition that holds."""
    bodies = {article_address(number): article(number, size) for number in range(pages)}
    for page in range(-(-pages // ON_ONE_LIST)):
        bodies[f"/gggs/index{f'_{page}' if page else ''}.html"] = listing(page, pages)
    table = {}
    for path, body in bodies.items():
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: {etag}\r\nContent-Length: {len(body)}\r\n\r\n"
        same = f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n"
        table[path.encode()] = (head.encode() + body, same.encode())
    return table


class Origin(asyncio.Protocol):
    """Answers as bytes come in; requests may arrive in pieces or several at once."""

    def __init__(self, table: dict[bytes, tuple[bytes, bytes]]) -> None:
        self.table = table
        self.waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while found := REQUEST.match(self.waiting):
            self.waiting = self.waiting[found.end() :]
            whole, same = self.table.get(found[1], (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b""))
            condition = CONDITION.search(found[2])
            self.transport.write(same if condition and condition[1] in same else whole)


async def main(pages: int, size: int) -> None:
    table = build(pages, size)
    server = await asyncio.get_running_loop().create_server(lambda: Origin(table), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
