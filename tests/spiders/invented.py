"""List pages of invented sites, in makes that no saved page has: each with its entries."""

from __future__ import annotations

from dataclasses import dataclass

HOST = "http://www.ding.example.gov.cn"
SUBJECTS = (
    "丁县公安局关于开展冬季治安巡逻防控工作的通告",
    "关于敦促滞留境外涉诈人员投案自首的通告",
    "县公安局召开警示教育大会",
    "民警走访慰问困难群众",
    "我县破获一起跨境网络赌博案",
    "关于2026年辅警招聘面试成绩的公示",
    "交警大队启用新增电子监控设备的公告",
    "平安丁县建设推进会在县城召开",
    "反诈宣传进校园",
    "关于注销部分机动车驾驶证的公告",
    "派出所便民服务再提速",
    "县局举行升国旗仪式",
)
NUMBERS = range(1, len(SUBJECTS) + 1)
MENU = "".join(
    f'<li><a href="{href}">{text}</a></li>'
    for href, text in (
        ("/", "网站首页"),
        ("/jgsz/", "机构设置"),
        ("/xxgk/", "政府信息公开"),
        ("/zwdt/", "政务动态"),
        ("/bsfw/", "办事服务指南"),
        ("/jmhd/", "警民互动交流平台"),
    )
)
HEAD = (
    f'<div class="top"><ul class="nav">{MENU}</ul></div>'
    '<div class="dqwz">当前位置：<a href="/">首页</a> &gt; <a href="/zwdt/">政务动态</a></div>'
)
FOOT = (
    '<div class="fenye"><a href="index_2.html">下一页</a> <a href="index_9.html">尾页</a></div><div class="footer">'
    '<a href="http://www.gov.cn/">中国政府网</a><a href="http://www.mps.gov.cn/">中华人民共和国公安部</a>'
    '<a href="/wzdt/">网站地图</a><a href="https://beian.miit.gov.cn/">备案123号</a></div>'
)
HOT = "".join(
    f'<li><a href="/rdzt/{n}/">{text}</a></li>'
    for n, text in enumerate(("扫黑除恶专项斗争", "全民反诈在行动专题", "党史学习教育"), 1)
)


@dataclass(frozen=True, kw_only=True)
class Invented:
    """A page at `url`; `wanted` are its entries' addresses, `dated` whether each shows its day."""

    url: str
    body: str
    wanted: tuple[str, ...]
    dated: bool = True


def day(number: int) -> int:
    return 28 - 2 * number + number % 2


def title(number: int) -> str:
    return SUBJECTS[number - 1]


def page(main: str, wanted: list[str], *, url: str = f"{HOST}/zwdt/", side: str = "", dated: bool = True) -> Invented:
    beside = f'<div class="sidebar"><h3>热点专题</h3><ul>{HOT}</ul></div>{side}'
    inner = f"{HEAD}{beside}<div class='main'>{main}</div>{FOOT}"
    body = f"<html><head><title>政务动态</title></head><body>{inner}</body></html>"
    return Invented(url=url, body=body, wanted=tuple(f"{HOST}{path}" for path in wanted), dated=dated)


def rows(row: str, address: str, *, around: str = "{}", **keys: object) -> Invented:
    """A page of one row for each number; `row` and `address` are told n, t (title), d (day)."""
    paths = [address.format(n=n, d=day(n)) for n in NUMBERS]
    made = "".join(row.format(n=n, t=title(n), d=day(n), a=path) for n, path in zip(NUMBERS, paths, strict=True))
    return page(around.format(made), paths, **keys)  # type: ignore[arg-type]


def ranked() -> Invented:
    """A table of a register: number, reference, title, body, day; the reference leads to the same page."""
    row = (
        '<tr><td>{n}</td><td><a href="{a}">11330000/2026-{n:05d}</a></td><td><a href="{a}" title="{t}">{t}</a></td>'
        "<td>丁县公安局办公室</td><td>2026-11-{d:02d}</td></tr>"
    )
    head = "<tr><th>序号</th><th>索引号</th><th>标题</th><th>发布机构</th><th>日期</th></tr>"
    return rows(row, "/xxgk/detail/{n}a7f.html", around=f"<table>{head}{{}}</table>")


def by_month() -> Invented:
    """A heading for the month, and each row with its day alone."""
    row = '<li><em>{d:02d}日</em><a href="{a}">{t}</a></li>'
    return rows(row, "/news/view/{n}77", around="<h3>2026年11月</h3><ul>{}</ul>", dated=False)


def two_links() -> Invented:
    """Cards: a picture and a heading that lead to the same page, a summary, and a link that says 详细."""
    row = (
        '<div class="card"><a href="{a}"><img src="/i/{n}.jpg"></a><div><h3><a href="{a}">{t}</a></h3>'
        '<p>近日，丁县公安局组织民警开展相关工作，取得了良好的社会效果……<a href="{a}">[详细]</a></p>'
        "<span>发布时间：2026-11-{d:02d}</span></div></div>"
    )
    return rows(row, "/p/{n}42.html")


def columned() -> Invented:
    """Before each title the column it stands in, which is a link too."""
    row = '<li>[<a href="/zwdt/{n}lm/">基层动态</a>]<a href="{a}" target=_blank>{t}</a><i>11-{d:02d}</i></li>'
    return rows(row, "/zwdt/jc/2026-11/{d:02d}/c_{n}99.shtml", around="<ul>{}</ul>")


def beside_dated() -> Invented:
    """The list has no dates; a box beside it, which every page of the site has, shows them."""
    box = "".join(
        f'<li><a href="/tzgg/art/{n}5.html">关于{n}号路段临时交通管制的通知公告</a><span>2026-11-0{n}</span></li>'
        for n in range(1, 7)
    )
    side = f'<div class="rmtj"><h3>通知公告</h3><ul>{box}</ul></div>'
    row = '<li><a href="{a}" title="{t}">{t}</a></li>'
    return rows(row, "/zwdt/art/{n}3.html", around="<ul class='newslist'>{}</ul>", side=side, dated=False)


def wechat() -> Invented:
    """Rows that lead to the account's articles."""
    row = '<li class="comItem"><a href="{a}">{t}</a><span>2026-11-{d:02d}</span></li>'
    found = rows(row, "https://mp.weixin.qq.com/s/aB{n:02d}xYzKq3LmNoPqRsTu", around="<ul>{}</ul>")
    return Invented(url=found.url, body=found.body, wanted=tuple(url.removeprefix(HOST) for url in found.wanted))


PAGES = {
    "aspx table": rows(
        '<tr><td height=24>·</td><td><a href="{a}">{t}</a></td><td>2026/11/{d}</td></tr>',
        "/Pages_12_{n}345.aspx",
        around="<table width=100%>{}</table>",
    ),
    "jhtml without dates": rows(
        '<li><a href="{a}">{t}</a></li>', "/pdjc/zdgf/43{n}65.jhtml", around="<ul class=ul1>{}</ul>", dated=False
    ),
    "cards": two_links(),
    "dl": rows(
        '<dt><a href="{a}">{t}</a></dt><dd>（2026-11-{d:02d}）</dd>', "/info/1003/{n}21.htm", around="<dl>{}</dl>"
    ),
    "day in a block": rows(
        '<li><div class="date"><b>{d:02d}</b><span>2026-11</span></div><div class="txt"><a href="{a}"><h4>{t}</h4>'
        "<p>为进一步做好相关工作，根据上级部署要求，现将有关事项通告如下</p></a></div></li>",
        "/content/{n}31",
        around="<ul>{}</ul>",
    ),
    "aid": rows(
        '<p><a href="{a}">{t}</a> <font>[2026-11-{d:02d}]</font></p>',
        "/news.html?aid={n}08",
        url=f"{HOST}/newslist.html?cid=3",
    ),
    "column and title": columned(),
    "php": rows(
        '<a href="{a}" class=lnk>{t}</a>&nbsp;&nbsp;2026年11月{d}日<br>',
        "/show.php?contentid={n}51",
        url=f"{HOST}/list.php?catid=8",
    ),
    "months": by_month(),
    "register": ranked(),
    "dated box beside": beside_dated(),
    "wechat": wechat(),
    "old tables": rows(
        '<table><tr><td><img src=dot.gif></td><td><a href="{a}"><font color=#333>{t}</font></a></td>'
        "<td><font color=gray>({d:02d}/11)</font></td></tr></table>",
        "/ReadNews.asp?NewsID={n}91",
        url=f"{HOST}/MoreNews.asp?BigClass=2",
        dated=False,
    ),
    "one link around all": rows(
        '<a class="item" href="{a}"><span class="t">{t}</span><span class="s">来源：丁县公安局</span>'
        '<span class="d">2026-11-{d:02d} 09:30</span></a>',
        "/web/article/detail?id={n}e0",
    ),
    "divs": rows(
        '<div class="row row{n}"><div class="c1">{n}.</div><div class="c2"><a href="{a}">{t}</a></div>'
        '<div class="c3">2026.11.{d:02d}</div></div>',
        "/gongkai/{n}0017/index.html",
    ),
    "reads": rows(
        '<li><span class="hits">阅读 {n}02</span><time>2026-11-{d:02d}</time><a href="{a}">{t}</a>'
        '<a class="share" href="/share?u={n}">分享</a></li>',
        "/dynamic/{n}6b2f",
        around="<ol>{}</ol>",
    ),
}


def few() -> Invented:
    """A young column of two entries, beside menus and topics that have more."""
    row = '<li><a href="{a}">{t}</a><span>2026-11-{d:02d}</span></li>'
    made = rows(row, "/zwdt/xsgg/{n}4.html")
    cut = made.body.index(title(3)) - len('<li><a href="/zwdt/xsgg/34.html">')
    end = made.body.index('</div><div class="fenye">')
    return Invented(url=made.url, body=made.body[:cut] + made.body[end:], wanted=made.wanted[:2])


def names() -> Invented:
    """Wanted persons: a picture and a name of two or three characters each."""
    people = ("张三", "李四光", "王五", "赵六六", "钱七", "孙八九")
    cells = "".join(
        f'<li><a href="/zwdt/tjl/{n}7.html"><img src="/u/{n}.jpg"></a>'
        f'<p><a href="/zwdt/tjl/{n}7.html">{name}</a></p></li>'
        for n, name in enumerate(people, 1)
    )
    return page(f"<ul class='pics'>{cells}</ul>", [f"/zwdt/tjl/{n}7.html" for n in range(1, 7)], dated=False)


def headline() -> Invented:
    """A story set above the list in its own make, with a summary."""
    top = (
        '<div class="toutiao"><h2><a href="/zwdt/top/55107.html">全县公安机关开展夏季行动成效显著</a></h2>'
        "<p>行动开展以来，全县公安机关共破获刑事案件若干起。</p></div>"
    )
    row = '<li><a href="{a}">{t}</a><span>2026-11-{d:02d}</span></li>'
    made = rows(row, "/zwdt/top/{n}07.html", around=top + "<ul>{}</ul>")
    return Invented(url=made.url, body=made.body, wanted=(f"{HOST}/zwdt/top/55107.html", *made.wanted))


def foreign() -> Invented:
    """Half of the rows lead to other sites, as reprints do."""
    hosts = ("http://news.example.com", HOST, "http://paper.example.org", HOST)
    paths = [f"{hosts[n % 4]}/2026/11{day(n):02d}/{n}33.shtml" for n in NUMBERS]
    made = "".join(
        f'<li><a href="{path}" target="_blank">{title(n)}</a><b>11-{day(n):02d}</b></li>'
        for n, path in zip(NUMBERS, paths, strict=True)
    )
    found = page(f"<ul>{made}</ul>", paths)
    return Invented(url=found.url, body=found.body, wanted=tuple(paths))


def twin_box() -> Invented:
    """A box of the newest of another column, of the same make and with days, in a column of its own."""
    box = "".join(
        f'<li><a href="/gsgg/2026/{n}55.html">关于第{n}批拟录用人员名单的公示公告</a><span>2026-11-1{n}</span></li>'
        for n in range(1, 6)
    )
    row = '<li><a href="{a}">{t}</a><span>2026-11-{d:02d}</span></li>'
    side = f'<div class="right-col"><div class="box"><h3><a href="/gsgg/">公示公告</a></h3><ul>{box}</ul></div></div>'
    return rows(row, "/zwdt/2026/{n}55.html", around='<div class="box"><h3>政务动态</h3><ul>{}</ul></div>', side=side)


def files() -> Invented:
    """Rows that lead to files themselves."""
    row = '<li><a href="{a}">{t}.pdf</a> <span>2026-11-{d:02d}</span></li>'
    return rows(row, "/upload/2026/11/f{n}9.pdf", around="<ul>{}</ul>")


def english() -> Invented:
    """An English edition."""
    heads = [f"Police bring back suspect No. {n} in cross-border fraud case" for n in NUMBERS]
    paths = [f"/en/2026-11/{day(n):02d}/c_{n}88.htm" for n in NUMBERS]
    made = "".join(
        f'<div class="item"><h4><a href="{path}">{head}</a></h4><span>Nov {day(n)}, 2026</span></div>'
        for n, (path, head) in enumerate(zip(paths, heads, strict=True), 1)
    )
    return page(made, paths, url=f"{HOST}/en/")


def plain_text() -> Invented:
    """Rows that are separated by breaks alone, days before the titles."""
    row = '2026-11-{d:02d}　<a href="{a}">{t}</a><br/>'
    return rows(row, "/html/{n}0/news{n}.htm", around='<td class="content">{}</td>')


def tabs() -> Invented:
    """Rows within pages that a script shows one after another, five in each."""
    parts = []
    for first in range(1, 13, 5):
        made = "".join(
            f'<li><a href="/zwdt/gz/{n}2d.html">{title(n)}</a><span>11月{day(n)}日</span></li>'
            for n in NUMBERS
            if first <= n < first + 5
        )
        parts.append(f'<div class="pg pg{first}"><ul>{made}</ul></div>')
    return page("".join(parts), [f"/zwdt/gz/{n}2d.html" for n in NUMBERS])


def marked() -> Invented:
    """Pinned and new rows of a make of their own: 置顶, a red font, a gif."""
    pinned = (
        '<li class="top"><i>置顶</i><a href="{a}"><strong><font color="red">{t}</font></strong></a><em>{d}</em></li>'
    )
    plain = '<li><a href="{a}">{t}<img src="/new.gif"></a><em>{d}</em></li>'
    made = "".join(
        (pinned if n < 3 else plain).format(a=f"/zwdt/zd/{n}1f.html", t=title(n), d=f"2026-11-{day(n):02d}")
        for n in NUMBERS
    )
    return page(f"<ul>{made}</ul>", [f"/zwdt/zd/{n}1f.html" for n in NUMBERS])


def questions() -> Invented:
    """Letters and their answers: state and counters beside the title."""
    row = (
        '<tr><td>{n}</td><td><a href="{a}">{t}</a></td><td>已回复</td><td>丁县公安局</td><td>2026-11-{d:02d}</td>'
        '<td>2026-11-{d:02d}</td><td><a href="/jmhd/pj?x={n}">评价</a></td></tr>'
    )
    return rows(row, "/jmhd/show/{n}4c", around="<table><tbody>{}</tbody></table>", url=f"{HOST}/jmhd/")


PAGES |= {
    "two entries": few(),
    "names": names(),
    "headline": headline(),
    "other sites": foreign(),
    "twin box": twin_box(),
    "files": files(),
    "english": english(),
    "breaks": plain_text(),
    "tabs": tabs(),
    "pinned": marked(),
    "letters": questions(),
}
