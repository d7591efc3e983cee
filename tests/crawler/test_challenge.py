"""Who answered instead of the site: by cookies, headers, status and short bodies; whole pages are content."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.challenge import blocked_by

ARTICLE = (
    "<html><head><title>通告</title></head><body><a href='/'>首页</a><h1>通告</h1>"
    + "<p>为严厉打击犯罪，现将有关事项通告如下，请相关人员遵照执行，主动联系。</p>" * 12
    + "</body></html>"
)


@pytest.mark.parametrize(
    ("status", "headers", "body", "product"),
    [
        (521, (("Set-Cookie", "__jsluid_s=0f; path=/"),), "", "jiasule"),
        (521, (), "<script>document.cookie='a=b';location.href=location.pathname+location.search</script>", "jiasule"),
        (200, (), "<script>document.cookie='__jsl_clearance=1';location.reload()</script>", "jiasule"),
        (412, (), "<meta content='x' r='m'><script r='m'>$_ts=window['$_ts'];</script>", "ruishu"),
        (202, (("Set-Cookie", "FSSBBIl1UgzbN7N80S=x"),), "<html></html>", "ruishu"),
        (200, (), "<script>var arg1='" + "0A1B2C3D4E" * 4 + "';</script>", "aliyun-waf"),
        (200, (), "<noscript><h1>请开启JavaScript并刷新该页.</h1></noscript><script>eval(1)</script>", "wzws"),
        (404, (("WZWS-Ray", "1"),), "", "wzws"),
        (200, (), "<script>self.location='/?security_verify_data=1'</script>", "yunsuo"),
        (403, (("Server", "x"), ("Cf-Mitigated", "challenge")), "", "cloudflare"),
        (503, (), "<title>Just a moment...</title>", "cloudflare"),
        (418, (("Set-Cookie", "HWWAFSESID=1"),), "", "huaweicloud-waf"),
        (200, (), "<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>", "safedog"),
        (200, (), "<div>环境异常</div><p>当前环境异常，完成验证后即可继续访问。</p><a>去验证</a>", "wechat-captcha"),
        (200, (), "<p>您的访问过于频繁，请稍后再试</p>", "throttle"),
        (403, (), "<p>您的访问请求可能对网站造成安全威胁，请求已被拦截</p>" + "填充文字" * 200, "waf"),
        (200, (), "<script>document.cookie='x=1';location.reload()</script>", "script-challenge"),
        (200, (), "<script src='/_ws_sbu/sbu_hc.js'></script><script>document.cookie='HBB_HC=1'</script>", "wangsu"),
    ],
)  # fmt: skip
def test_a_shield_is_named(status: int, headers: tuple[tuple[str, str], ...], body: str, product: str) -> None:
    assert blocked_by(status, headers, body.encode()) == product


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, (), ARTICLE),
        (200, (("Set-Cookie", "__jsluid_h=0f"),), ARTICLE),
        (200, (("Set-Cookie", "HWWAFSESID=1"),), ARTICLE),
        (200, (), ARTICLE.replace("<h1>", "<script src='/_bot_sbu/sbu_fpc.js'></script><h1>")),
        (200, (), ARTICLE.replace("通告如下", "警方提醒，网站防火墙称访问过于频繁")),
        (404, (), "<h1>404 Not Found</h1>"),
        (403, (), "<h1>403 Forbidden</h1>"),
        (500, (), ""),
        (200, (), "<html><body><div id='app'></div><script src='/app.js'></script></body></html>"),
        (200, (), ""),
        (None, (), ""),
    ],
)  # fmt: skip
def test_pages_errors_and_shells_are_no_challenge(
    status: int | None, headers: tuple[tuple[str, str], ...], body: str
) -> None:
    assert blocked_by(status, headers, body.encode()) is None


def test_a_gbk_block_page_is_read_too() -> None:
    assert blocked_by(200, (), "<p>您的访问过于频繁，请稍后再试</p>".encode("gbk")) == "throttle"


@given(st.binary(max_size=300), st.sampled_from([200, 202, 403, 412, 521, None]))
def test_any_bytes_are_judged(body: bytes, status: int | None) -> None:
    answer = blocked_by(status, (("X", "y"),), body)
    assert answer is None or answer


@pytest.mark.parametrize(
    "piece", ["<script>", "<meta ", "<", "document.cookie", "<title>", "环境异常", "您的IP", "<!--"]
)
def test_long_runs_take_no_time(piece: str) -> None:
    begun = time.process_time()
    blocked_by(403, (), (piece * 40_000).encode())

    assert time.process_time() - begun < 3
