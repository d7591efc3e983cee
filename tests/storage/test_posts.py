"""What was sent is part of what a page is: pages of one address asked by POST are pages apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from storage import pages
from storage.posts import page_address
from storage.records import CaptureKind
from storage.urls import url_key
from tests.storage.looks import look, open_archive, problems, redirected, url

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from storage.records import Exchange
    from tests.conftest import Clock

FORM, JSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
DIGEST = hashlib.sha256(b"q=" + b"x" * 1000).hexdigest()


def digest(shape: str) -> str:
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def post(sent: bytes, kind: str = FORM, **changes: object) -> Exchange:
    return look(1, method="POST", request_body=sent, request_headers=(("Content-Type", kind),), **changes)


@pytest.mark.parametrize(
    ("body", "kind", "sent"),
    [
        (b"page=2&q=%E6%B5%B7", FORM, "&page=2&q=%E6%B5%B7"),
        (b"q=%BA%A3&a=", FORM, "&q=%BA%A3&a="),
        (b'{"a": "b", "c": 2, "d": null, "e": true}', JSON, "&a=b&c=2&d=None&e=True"),
        (b'{"c": {"a": 2}, "a": "b"}', JSON, "&a=2&a.2_=b&__wb_json=" + digest('{"c":{"a":null},"a":null}')),
        (b'{"page": 2}', "text/plain", "&page=2"),
        (b"no json", JSON, "&__wb_post_data=bm8ganNvbg%3D%3D"),
        (b'{"a": "\\ud800"}', JSON, "&a=%3F"),
        (b'[3, "x"]', JSON, "&value=3&value.2_=x&__wb_json=" + digest("[null,null]")),
        (b"[]", JSON, "&__wb_post_data=W10%3D"),
        (b"[" * 100_000, JSON, None),
        (b'{"a":' * 30 + b"1" + b"}" * 30, JSON, None),
        (b"\xff\x00", "application/octet-stream", "&__wb_post_data=%2FwA%3D"),
        (b"q=" + b"x" * 1000, FORM, f"&__wb_post_data=sha256:{DIGEST}"),
        (b"", FORM, ""),
    ],
)
def test_what_was_sent_follows_the_query(body: bytes, kind: str, sent: str | None) -> None:
    found = page_address(post(body, kind))
    assert found.startswith(f"{url(1)}?__wb_method=POST")
    assert len(found) < 1_300
    assert sent is None or found == f"{url(1)}?__wb_method=POST{sent}"
    assert url_key(found) != url_key(url(1))


def test_what_was_asked_by_get_is_known_by_its_address_alone() -> None:
    assert page_address(look(1)) == url(1)
    assert page_address(redirected(1)) == url(1)
    assert page_address(look(1, url=f"{url(1)}?a=1#top")) == f"{url(1)}?a=1#top"
    assert page_address(post(b"p=1", url=f"{url(1)}?a=1#top")) == f"{url(1)}?a=1&__wb_method=POST&p=1"


def test_the_order_of_fields_and_a_session_make_no_other_page() -> None:
    one, other = post(b"p=1&q=x&_csrf=abc"), post(b"q=x&_csrf=def&p=1")
    assert url_key(page_address(one)) == url_key(page_address(other))
    assert url_key(page_address(one)) != url_key(page_address(post(b"p=2&q=x")))


def test_bodies_of_json_that_differ_in_how_they_are_nested_are_pages_apart() -> None:
    bodies = (
        b'{"a": 1}',
        b'{"a": 1, "b": []}',
        b'{"a": 1, "b": {}}',
        b'{"a": 1, "b": [[]]}',
        b'[{"a": 1}]',
        b'{"a": [1]}',
        b'{"q": {"a": 1}}',
        b'[1, {"a": 1}]',
        b'[2, {"a": 1}]',
        b'{"": 2, "a": 1}',
        b'{"q": {"a": 1, "t": {"a": 2}}}',
        b'{"q": {"a": 1}, "t": {"a": 2}}',
        b'{"q": {"a": 1, "t": []}, "t": {"a": 2}}',
        b'{"_": 1, "a": 1}',
        b"1",
        b"[1]",
        b"[1, 2]",
        b"[[1], 2]",
        b"[2, 1]",
    )
    assert len({url_key(page_address(post(body, JSON))) for body in bodies}) == len(bodies)
    # A token within makes no other page, nor do blanks.
    one, other = b'{"q": {"a": 1, "_csrf": "x"}}', b'{ "q":{"a":1,"_csrf":"y"}}'
    assert url_key(page_address(post(one, JSON))) == url_key(page_address(post(other, JSON)))


@pytest.mark.parametrize(
    "body",
    [
        '[%s, {"p": 1}]',
        '[1, [%s, {"p": 1}], "x"]',
        '{"q": [{"t": %s, "p": 1}, {"t": %s, "p": 2}]}',
        '{"": %s, "p": 1}',
        "%s",
        '{"t": %s, "p": "' + "x" * 1000 + '"}',
        '[%s, "' + "x" * 1000 + '"]',
        '{"p": 1, "_csrf": "%s' + "x" * 1000 + '"}',
    ],
)
def test_a_clock_makes_no_other_page_wherever_it_stands_in_json(body: str) -> None:
    def key(clock: int | float) -> str:
        return url_key(page_address(post(body.replace("%s", str(clock)).encode(), JSON)))

    assert key(1700000000000) == key(1700000001234)
    # Without a name, in seconds, it could as well be an article's number.
    is_named = '"t"' in body or "_csrf" in body
    assert (key(1700000000) == key(1700000009)) is is_named
    # What is no clock is the page's own, but in a token.
    assert (key(7) == key(8)) is ("_csrf" in body)


def test_a_long_form_with_another_clock_or_in_another_order_is_the_same_page() -> None:
    text = b"q=" + b"x" * 1000
    keys = {url_key(page_address(post(body))) for body in (text + b"&t=1700000000", b"t=1700000009&" + text)}
    assert keys == {url_key(page_address(post(text)))}
    assert url_key(page_address(post(text + b"&page=2"))) not in keys


@pytest.mark.parametrize("killed", [False, True])
def test_pages_asked_by_post_are_kept_and_mended_apart(
    killed: bool, config: Config, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(config, database, clock)
    first = archive.record([look(1, body=b"got"), post(b"p=1", body=b"one"), post(b"p=2", body=b"two")])
    assert len({capture.page_id for capture in first}) == 3
    again = [post(b"p=1", body=b"one"), post(b"p=2", body=b"one")]
    if killed:
        with monkeypatch.context() as patch:
            patch.setattr("storage.archive.index", _killed)
            with pytest.raises(KeyboardInterrupt):
                archive.record(again)
        assert archive.recover().indexed == 2
    else:
        archive.record(again)
    assert problems(config, database, clock) == []
    found = []
    for number in (1, 2):
        with database.read() as conn:
            page = pages.by_url(conn, f"{url(1)}?__wb_method=POST&p={number}")
            assert page is not None
            found.append([one.kind for one in pages.captures(conn, page.id)])
    assert found == [[CaptureKind.RESPONSE, CaptureKind.REVISIT], [CaptureKind.RESPONSE, CaptureKind.RESPONSE]]


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
