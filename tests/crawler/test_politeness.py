from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.politeness import FAILURES_IN_A_ROW, TIMEOUTS_IN_A_ROW, Host, retry_after
from crawler.robots import LONGEST_DELAY_SECONDS, MOST_WILDCARDS, Robots, read_robots, robots_url
from storage.records import ErrorClass

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def host(**keys: float) -> Host[str]:
    return Host(name="a.example.cn", delay=keys.get("delay", 1.0), concurrency=int(keys.get("concurrency", 2)))


def test_requests_to_a_host_keep_their_distance_and_their_number() -> None:
    one = host()
    for name in "abc":
        one.add(name, urgent=False)
    assert one.is_free(0.0)
    assert one.take(0.0) == "a"
    assert not one.is_free(0.9)
    assert one.is_free(1.0)
    assert one.take(1.0) == "b"
    assert not one.is_free(5.0)
    one.came_back()
    assert one.is_free(5.0)


def test_what_a_walk_waits_for_goes_first() -> None:
    one = host(delay=0)
    one.add("page", urgent=False)
    one.add("list", urgent=True)
    assert [one.take(0.0), one.take(0.0)] == ["list", "page"]


@pytest.mark.parametrize("status", [429, 503, 412, 521])
def test_three_refusals_in_a_row_close_a_host(status: int) -> None:
    one = host()
    for _ in range(2):
        one.answered(status, (), 0.0, NOW)
    assert one.closed is None
    one.answered(200, (), 0.0, NOW)
    for _ in range(3):
        one.answered(status, (), 0.0, NOW)
    assert one.closed


def test_three_challenges_in_a_row_close_a_host_whatever_their_status() -> None:
    one = host()

    def challenge(status: int) -> None:
        one.answered(status, (), 0.0, NOW)
        one.challenged("aliyun-waf", status)

    challenge(200)
    challenge(521)
    assert one.closed is None
    one.answered(200, (), 0.0, NOW)
    for status in (200, 403):
        challenge(status)
    assert one.closed is None
    challenge(202)
    assert "aliyun-waf" in str(one.closed)


def test_a_few_forbidden_pages_are_their_own_matter_and_many_in_a_row_the_hosts() -> None:
    one = host()
    for _ in range(9):
        one.answered(403, (), 0.0, NOW)
    assert one.closed is None
    one.answered(403, (), 0.0, NOW)
    assert one.closed


def test_a_host_that_asks_for_patience_gets_it_and_one_that_asks_for_much_is_left_alone() -> None:
    one = host()
    one.answered(429, (("Retry-After", "30"),), 100.0, NOW)
    assert one.closed is None
    assert not one.is_free(129.0)
    assert one.is_free(130.0)
    one.answered(503, (("retry-after", "3600"),), 200.0, NOW)
    assert "3600 s" in str(one.closed)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("²", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, expected: float | None) -> None:
    assert retry_after((("Retry-After", value),), NOW) == expected


@pytest.mark.parametrize(
    ("error", "times"), [(ErrorClass.TIMEOUT, TIMEOUTS_IN_A_ROW), (ErrorClass.RESET, FAILURES_IN_A_ROW)]
)
def test_a_host_that_does_not_answer_is_asked_no_further(error: ErrorClass, times: int) -> None:
    one = host()
    for _ in range(times - 1):
        one.failed(error)
    assert one.closed is None
    one.failed(error)
    assert one.closed


@pytest.mark.parametrize(
    ("status", "body", "allowed"),
    [
        (200, b"User-agent: *\nDisallow: /art/", False),
        (200, b"User-agent: *\nDisallow: /admin/", True),
        (200, b"User-agent: Baiduspider\nDisallow: /", True),
        (200, b"<html>no such file, said with 200</html>", True),
        (200, "User-agent: *\nDisallow: /目录/".encode("gb18030"), True),
        (404, b"", True),
        (403, b"no", True),
        (503, b"", None),
        (None, b"", None),
    ],
)
def test_robots_txt_says_yes_no_or_nothing(status: int | None, body: bytes, allowed: bool | None) -> None:
    said = read_robots(status, body)
    assert said.allows("http://a.example.cn/art/1.html", "Mozilla/5.0 (Windows NT 10.0)") is allowed


def test_robots_txt_stands_at_the_root_of_scheme_host_and_port() -> None:
    assert robots_url("https://a.example.cn:8443/x/y?z=1") == "https://a.example.cn:8443/robots.txt"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("5", 5.0), ("0.5", 0.5), ("3600", LONGEST_DELAY_SECONDS), ("-1", 0.0), ("soon", 0.0), ("nan", 0.0), ("", 0.0)],
)
def test_a_crawl_delay_is_kept_up_to_a_bound(asked: str, seconds: float) -> None:
    said = read_robots(200, f"User-agent: *\nCrawl-delay: {asked}\nDisallow: /x\n".encode())
    assert said.delay("Mozilla/5.0") == seconds


def test_a_robots_txt_of_wildcards_alone_costs_no_more_than_one_of_so_many_as_are_read() -> None:
    def rules(count: int) -> Robots:
        lines = "".join(f"Disallow: /*{n}*/x\n" for n in range(count))
        return read_robots(200, f"User-agent: *\n{lines}".encode())

    def cost(robots: Robots) -> float:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            for number in range(10):
                robots.allows(f"http://a.example.cn/{'9' * 200}/{number}.html", "Mozilla/5.0")
            times.append(time.perf_counter() - began)
        return min(times)

    some, many = rules(MOST_WILDCARDS), rules(20 * MOST_WILDCARDS)
    assert cost(many) < 3 * cost(some)
    assert many.allows("http://a.example.cn/1/x", "Mozilla/5.0") is False


def test_a_rule_without_a_wildcard_counts_behind_any_number_of_them() -> None:
    lines = "".join(f"Disallow: /*{n}*/x  # *\n" for n in range(3 * MOST_WILDCARDS))
    said = read_robots(200, f"User-agent: *\n{lines}Disallow: /private/ # all of it *\n".encode())
    assert said.allows("http://a.example.cn/private/1.html", "Mozilla/5.0") is False
