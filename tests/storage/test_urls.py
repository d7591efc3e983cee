"""A page has one key, however its address is written."""

from __future__ import annotations

import string
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.urls import TRACKING, host_of, url_key

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
