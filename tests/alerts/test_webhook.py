"""Webhooks against a real HTTP server on loopback: what they carry, how they are signed, when they are tried again."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from alerts.channels import open_channel
from alerts.channels.webhook import WebhookChannel, signature
from storage.errors import ConfigError, Quarantine, Retry
from tests.alerts.test_mail import message
from tests.loopback.post_office import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {"default": "s3cret-of-hooks", "desk": "another"}


class Hook:
    """What was posted; `answers` are given in turn, the last one for ever."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.port = 0

    def address(self, end: str = "/hook?team=night") -> str:
        return f"webhook+http://127.0.0.1:{self.port}{end}"


@contextmanager
def hooked() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.posts.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = hook.answers.pop(0) if len(hook.answers) > 1 else hook.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the server's own names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooked() as opened:
        yield opened


def channel(address: str, waits: list[float] | None = None) -> WebhookChannel:
    return WebhookChannel(address, SECRETS, pause=(waits if waits is not None else []).append)


def test_it_is_json_signed_over_its_timestamp_and_its_body(hook: Hook) -> None:
    assert channel(hook.address()).send(message(data={"kind": "alerts", "counts": {"high": 2}})) == ""
    ((path, headers, body),) = hook.posts
    assert path == "/hook?team=night"
    assert headers["content-type"] == "application/json; charset=utf-8"
    signed = headers["x-longarm-timestamp"].encode() + b"." + body
    assert headers["x-longarm-timestamp"] == "1795406400"
    expected = hmac.new(b"s3cret-of-hooks", signed, hashlib.sha256).hexdigest()
    assert headers["x-longarm-signature"] == f"sha256={expected}"
    said = json.loads(body)
    assert said["id"] == headers["x-longarm-id"] == "digest:2026-11-23/ab12"
    assert said["kind"] == "alerts"
    assert "江岙县公安局通告".encode() in body


def test_the_signature_is_what_rfc_4231_gives() -> None:
    # Test case 2: key "Jefe", data "what do ya want for nothing?"; cut at a full stop of ours.
    plain = hmac.new(b"Jefe", b"what do ya want for nothing?", hashlib.sha256).hexdigest()
    assert plain == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    joined = hmac.new(b"Jefe", b"1.what", hashlib.sha256).hexdigest()
    assert signature("Jefe", "1", b"what") == f"sha256={joined}"


def test_the_fragment_names_the_secret_and_is_not_sent(hook: Hook) -> None:
    channel(hook.address("/x#desk")).send(message())
    ((path, headers, body),) = hook.posts
    assert path == "/x"
    assert headers["x-longarm-signature"] == signature("another", headers["x-longarm-timestamp"], body)


def test_a_reader_of_any_name_gets_theirs(hook: Hook) -> None:
    channel(hook.address()).send(message(key="digest:2026-11-23:林/ab12"))
    ((_, headers, body),) = hook.posts
    assert headers["x-longarm-id"] == "digest:2026-11-23:%E6%9E%97/ab12"
    assert json.loads(body)["id"] == "digest:2026-11-23:林/ab12"


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_may_pass_is_tried_again_in_the_same_run_with_longer_waits(hook: Hook, status: int) -> None:
    waits: list[float] = []
    hook.answers = [(status, {}), (status, {"Retry-After": "7"}), (200, {})]
    channel(hook.address(), waits).send(message())
    assert len(hook.posts) == 3
    assert waits == [1, 7]
    assert len({body for _, _, body in hook.posts}) == 1


def test_a_server_that_asks_for_an_hour_gets_ten_seconds_and_the_next_run() -> None:
    with hooked() as hook:
        waits: list[float] = []
        hook.answers = [(503, {"Retry-After": "3600"})]
        with pytest.raises(Retry, match=r"webhook at 127\.0\.0\.1: answers 503; it is tried again at the next run"):
            channel(hook.address(), waits).send(message())
        assert waits == [10, 10]


def test_a_refusal_is_not_tried_again_in_the_same_run(hook: Hook) -> None:
    hook.answers = [(403, {})]
    with pytest.raises(Quarantine, match="refused, 403"):
        channel(hook.address()).send(message())
    assert len(hook.posts) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(hook: Hook, status: int) -> None:
    with hooked() as inner:
        hook.answers = [(status, {"Location": f"http://127.0.0.1:{inner.port}/metadata"})]
        with pytest.raises(Quarantine, match="redirects are not followed"):
            channel(hook.address()).send(message())
        assert (len(hook.posts), inner.posts) == (1, [])


def test_nobody_there_is_said_without_what_is_secret_in_the_address() -> None:
    address = f"webhook+http://127.0.0.1:{free_port()}/services/T0k3nT0k3n?key=qu3ryk3y"
    with pytest.raises(Retry, match="refused") as failed:
        channel(address).send(message())
    assert not {"T0k3nT0k3n", "qu3ryk3y", "s3cret-of-hooks"} & set(str(failed.value).split("/"))


def test_what_the_other_end_says_is_kept_short_and_without_the_secret(hook: Hook) -> None:
    address = hook.address("/services/T0k3nT0k3n")

    class Echo(WebhookChannel):
        def _said(self, problem: object) -> str:
            return super()._said(f"{address} s3cret-of-hooks /services/T0k3nT0k3n \x1b[31m" + "long " * 500)

    hook.answers = [(400, {})]
    with pytest.raises(Quarantine) as failed:
        Echo(address, SECRETS).send(message())
    said = str(failed.value)
    assert "T0k3nT0k3n" not in said
    assert "s3cret-of-hooks" not in said
    assert "\x1b" not in said
    assert len(said) < 400


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "webhook+https://hooks.example.org/x#nobody",
            r"set \[webhook\.nobody\] secret, or LONGARM_WEBHOOK__NOBODY__SECRET",
        ),
        ("webhook+https:///x", "write webhook\\+https://host/path#name"),
        ("webhook+https://lin:s3cret@hooks.example.org/x", "without user and password"),
        ("webhook+https://hooks.example.org:port/x", "correct the address"),
        ("webhook+https://hooks.example.org/a b", "percent-encoded"),
        ("webhook+https://hooks.example.org/钩", "percent-encoded"),
    ],
)
def test_an_address_that_cannot_work_is_said_before_anything_is_sent(address: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as failed:
        open_channel(address, SECRETS)
    assert "s3cret" not in str(failed.value)
