"""robots.txt of hosts that a rendered page fetches from: asked by one scheme, then the other; no answer allows none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crawler.purpose import Purpose, purpose_of, request_for
from crawler.rendering import Renderer
from crawler.scheduler import HostScheduler
from storage.config import Config, Fetch
from storage.records import Reason, Role, SourceId

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "http://www.ding.example.gov.cn/art/1.html"
STATIC = "static.example.gov.cn"
RULES = b"User-agent: *\nDisallow: /closed\n"
# Status 0: nobody answered.
ANSWERS = {
    "only https": {f"https://{STATIC}": (200, RULES)},
    "only http": {f"http://{STATIC}": (200, RULES)},
    "http fails": {f"http://{STATIC}": (503, b""), f"https://{STATIC}": (200, RULES)},
    "has none": {f"http://{STATIC}": (404, b"")},
    "nobody": {},
}


@pytest.mark.parametrize(
    ("answers", "asked", "is_open", "is_closed"),
    [
        ("only https", ["http", "https"], True, False),
        ("only http", ["http"], True, False),
        ("http fails", ["http", "https"], True, False),
        ("has none", ["http"], True, True),
        ("nobody", ["http", "https"], False, False),
    ],
)
def test_a_page_fetches_from_another_host_what_that_one_s_robots_txt_allows(
    answers: str, asked: list[str], is_open: bool, is_closed: bool, tmp_path: Path
) -> None:
    frontier: Any = SimpleNamespace(
        config=Config(data_dir=tmp_path, fetch=Fetch(delay=0)),
        outages=SimpleNamespace(down={}),
        allowed=frozenset(),
        decoded=lambda response: response.body,
    )
    crawler: Any = SimpleNamespace(spider=SimpleNamespace(frontier=frontier), engine=None)
    frontier.renderer = renderer = Renderer.__new__(Renderer)
    renderer._frontier, renderer._hosts = frontier, {SourceId("ding"): frozenset({STATIC})}
    frontier.hosts = scheduler = HostScheduler(crawler)
    purpose = Purpose(
        url=PAGE,
        role=Role.PAGE,
        reason=Reason.DISCOVERED,
        source_id=SourceId("ding"),
        vantage="default",
        robots="obey",
        render=True,
    )
    scheduler.enqueue_request(request_for(purpose, None))
    seen = []
    # What asks for another host's says to the engine that there is more to ask for.
    while (request := scheduler.next_request() or scheduler.next_request()) is not None and purpose_of(
        request
    ).role is Role.ROBOTS:
        base = request.url.removesuffix("/robots.txt")
        seen.append(base)
        status, body = ANSWERS[answers].get(base, (0, b""))
        request.callback(SimpleNamespace(status=status, body=body), **request.cb_kwargs)
        scheduler.came_back(request.url, "default")
    assert request is not None
    assert request.url == PAGE
    assert [base.partition(":")[0] for base in seen if STATIC in base] == asked
    for scheme in ("http", "https"):
        told = [renderer.may_fetch(f"{scheme}://{STATIC}/{name}.json", purpose, PAGE) for name in ("open", "closed")]
        assert told == [is_open, is_closed]
    # Its own host's did not come either: the page is looked at, and so is what it is made of.
    assert renderer.may_fetch("http://www.ding.example.gov.cn/a.json", purpose, PAGE)
