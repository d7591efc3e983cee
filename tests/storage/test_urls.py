"""A page has one key, however its address is written."""

from __future__ import annotations

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.urls import TRACKING, host_of, unified, url_key

SAME = [
    ("http://www.yunxi.example.gov.cn/a/b.html", "cn,gov,example,yunxi,www)/a/b.html"),
    ("https://WWW.Yunxi.example.gov.cn:443/a/b.html#top", "cn,gov,example,yunxi,www)/a/b.html"),
    ("http://www.yunxi.example.gov.cn:80/a/b.html;jsessionid=AB12", "cn,gov,example,yunxi,www)/a/b.html"),
    ("http://yunxi.test", "test,yunxi)/"),
    ("http://yunxi.test./?utm_source=x&aid=7&spm=1.2", "test,yunxi)/?aid=7"),
    ("http://yunxi.test:8080/", "test,yunxi:8080)/"),
    ("http://127.0.0.1:9/x", "127.0.0.1:9)/x"),
    ("http://[::1]/x", "::1)/x"),
    ("http://云溪.test/%E9%80%9A%E5%91%8A", "test,xn--9kq759e)/%E9%80%9A%E5%91%8A"),
    ("http://云溪.test/通告", "test,xn--9kq759e)/%E9%80%9A%E5%91%8A"),
    # GBK escapes are no UTF-8 and must not become question marks.
    ("http://yunxi.test/%CD%A8%B8%E6.htm?t=%B9%AB%B0%B2", "test,yunxi)/%CD%A8%B8%E6.htm?t=%B9%AB%B0%B2"),
    ("http://yunxi.test/a%20b?q=a+b", "test,yunxi)/a%20b?q=a%20b"),
]


@pytest.mark.parametrize(("url", "key"), SAME)
def test_keys(url: str, key: str) -> None:
    assert url_key(url) == key


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b.test", "javascript:;", "http://", "http:///x", "ftp://a.test/", "http://a b.test/",
            "http://[::1", "http://a.test:99999/", "http://a\x00b.test/", "//a.test/x", "http://%61.test/"]
)  # fmt: skip
def test_what_is_no_address_is_a_value_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        url_key(url)


WECHAT = "http://mp.example.cn/s?__biz=MzA5MDAwMQ==&mid=2650123456&idx=1&sn=0a1b2c3d4e"
ONE_PAGE = [
    # Five addresses of one article.
    [
        "http://www.yunxi.example.gov.cn/tzgg/202611/t20261120_5074120.html",
        "https://www.yunxi.example.gov.cn/tzgg/202611/t20261120_5074120.html#content",
        "http://www.yunxi.example.gov.cn/tzgg/202611/t20261120_5074120.html;jsessionid=0A1B2C3D",
        "http://www.yunxi.example.gov.cn:80/tzgg/202611/t20261120_5074120.html?utm_source=wb&spm=a1.b2",
        "HTTP://WWW.YUNXI.EXAMPLE.GOV.CN/tzgg/202611/t20261120_5074120.html?from=timeline&_=1763600000123",
    ],
    [
        WECHAT,
        WECHAT + "&chksm=8c1f&scene=27&key=77ab&ascene=1&uin=MTIz&pass_ticket=x%2By#wechat_redirect",
        WECHAT.replace("__biz=MzA5MDAwMQ==&mid=2650123456", "mid=2650123456&__biz=MzA5MDAwMQ%3D%3D"),
        WECHAT.replace("&sn=0a1b2c3d4e", ""),
        WECHAT.replace("mid=", "appmsgid=").replace("idx=", "itemidx=") + "&subscene=90",
    ],
    ["http://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv", "https://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv?scene=1&from=x"],
    ["http://yunxi.test/index/content/2026-11/20/content_9271849.htm?node=81",
     "http://yunxi.test/index/content/2026-11/20/content_9271849.htm"],
    ["http://yunxi.test/show.asp?id=77&t=1763600000", "http://yunxi.test/show.asp?id=77&rnd=0.4711471147"],
    ["http://yunxi.test/(S(abcdefgh12345678))/show.aspx?id=7", "http://yunxi.test/show.aspx?id=7"],
    ["http://yunxi.test/forum.php?tid=77&mod=viewthread", "http://yunxi.test/forum.php?mod=viewthread&tid=77"],
    ["http://yunxi.test/show.asp?id=7&ASPSESSIONIDQQ=AA&PHPSESSID=b", "http://yunxi.test/show.asp?id=7"],
]  # fmt: skip
OTHER_PAGES = [
    ["http://yunxi.test/news.html?aid=7", "http://yunxi.test/news.html?aid=8", "http://yunxi.test/news.html"],
    ["http://yunxi.test/show.asp?id=77", "http://yunxi.test/show.asp?id=7"],
    # The same names are identities where nothing else names the page.
    ["http://yunxi.test/list.asp?node=81", "http://yunxi.test/list.asp?node=82"],
    ["http://yunxi.test/list.asp?from=81", "http://yunxi.test/list.asp?from=82"],
    ["http://yunxi.test/list.asp?key=81", "http://yunxi.test/list.asp?key=82"],
    ["http://yunxi.test/list.asp?scene=81", "http://yunxi.test/list.asp?scene=82"],
    ["http://yunxi.test/play.html?v=77", "http://yunxi.test/play.html?v=78"],
    ["http://yunxi.test/?t=zhengce", "http://yunxi.test/?t=zhengce_bm"],
    ["http://yunxi.test/a?x=1&x=2", "http://yunxi.test/a?x=2&x=1"],
    ["http://www.yunxi.test/", "http://yunxi.test/"],
    [WECHAT, WECHAT.replace("idx=1", "idx=2"), WECHAT.replace("mid=2650123456", "mid=2650123457"),
     WECHAT.replace("MzA5MDAwMQ", "MzA5MDAwMg")],
    [WECHAT.replace("&idx=1", ""), WECHAT.replace("&idx=1", "").replace("0a1b", "0a1c")],
    # A temporary link of a search: nobody knows which article it is.
    ["http://mp.example.cn/s?src=11&timestamp=1763600000&ver=1&signature=a",
     "http://mp.example.cn/s?src=11&timestamp=1763600000&ver=1&signature=b"],
]  # fmt: skip


@pytest.mark.parametrize("urls", ONE_PAGE)
def test_one_article_at_several_addresses_is_one_page(urls: list[str]) -> None:
    assert len({url_key(url) for url in urls}) == 1


@pytest.mark.parametrize("urls", OTHER_PAGES)
def test_what_may_name_another_page_is_kept(urls: list[str]) -> None:
    assert len({url_key(url) for url in urls}) == len(urls)


# cfid and gclid are trackers that end so: they are drawn as such.
IDS = st.from_regex(r"[a-z]{0,6}id", fullmatch=True).filter(lambda name: name not in TRACKING)


@given(IDS, st.integers(0, 10**13), st.integers(0, 10**13), st.sampled_from(sorted(TRACKING)), st.text(max_size=5))
def test_an_id_in_the_query_always_counts_and_a_tracker_never(
    name: str, one: int, other: int, tracker: str, value: str
) -> None:
    page = f"http://yunxi.test/news.html?{name}={one}"
    assert (url_key(page) == url_key(f"http://yunxi.test/news.html?{name}={other}")) is (one == other)
    assert url_key(f"{page}&{urlencode({tracker.upper(): value})}") == url_key(page)


@given(st.permutations([("a", "1"), ("b", "2"), ("id", "7"), ("utm_medium", "x"), ("_", "1763600000")]))
def test_the_order_of_parameters_makes_no_difference(pairs: list[tuple[str, str]]) -> None:
    assert url_key("http://yunxi.test/x?" + urlencode(pairs)) == "test,yunxi)/x?a=1&b=2&id=7"


START = "https://www.yunxi.example.gov.cn/tzgg/"


@pytest.mark.parametrize(
    ("url", "same", "wanted"),
    [
        ("http://yunxi.example.gov.cn/a?id=7", ("https", "www"), "https://www.yunxi.example.gov.cn/a?id=7"),
        ("http://yunxi.example.gov.cn/a", ("www",), "http://www.yunxi.example.gov.cn/a"),
        ("http://yunxi.example.gov.cn/a", ("https",), "http://yunxi.example.gov.cn/a"),
        ("http://www.yunxi.example.gov.cn/a", ("https",), "https://www.yunxi.example.gov.cn/a"),
        ("http://www.yunxi.example.gov.cn:80/a", ("https",), "https://www.yunxi.example.gov.cn/a"),
        ("http://www.yunxi.example.gov.cn:8080/a", ("https", "www"), "http://www.yunxi.example.gov.cn:8080/a"),
        ("http://gaj.yunxi.example.gov.cn/a", ("https", "www"), "http://gaj.yunxi.example.gov.cn/a"),
        ("http://mp.example.cn/s/AbCdEfGhIj", ("https", "www"), "http://mp.example.cn/s/AbCdEfGhIj"),
        ("http://x@yunxi.example.gov.cn/a", ("https", "www"), "http://x@yunxi.example.gov.cn/a"),
        ("http://[", ("https", "www"), "http://["),
    ],
)
def test_addresses_take_the_form_of_the_start_address_as_far_as_the_source_says(
    url: str, same: tuple[str, ...], wanted: str
) -> None:
    assert unified(url, START, same) == wanted


ODD = st.text(st.characters(codec=None) | st.sampled_from("%/?&#=;:@[]. \\\t\0"), max_size=60)


@given(ODD)
@example("http://\ud800.test/")
@example("http://a.test/\udcff?x=\ud83d")
@example("http://a.test/?%ff=%fe")
def test_nothing_but_a_key_or_a_value_error_comes_out(text: str) -> None:
    for url in (text, f"http://{text}", f"http://yunxi.test/{text}"):
        try:
            key = url_key(url)
        except ValueError:
            continue
        assert key.encode("utf-8")
        if url.startswith("http://yunxi.test/"):
            assert url_key("http://yunxi.test" + key.partition(")")[2]) == key
        unified(url, START, ("https", "www"))
        unified(START, url, ("https", "www"))
        assert "\0" not in key
        host_of(url)


@given(
    st.text(max_size=40), st.dictionaries(st.text(string.ascii_lowercase, min_size=1), st.text(max_size=10), max_size=4)
)
def test_escaping_once_more_changes_nothing(path: str, query: dict[str, str]) -> None:
    query = {name: value for name, value in query.items() if name not in TRACKING}
    once = "http://yunxi.test/" + quote(path) + ("?" + urlencode(query) if query else "")
    key = url_key(once)
    again = "http://yunxi.test" + key.partition(")")[2]
    assert url_key(again) == key
