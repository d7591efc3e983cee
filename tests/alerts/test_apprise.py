"""Any Apprise address: sent as it is meant, cut where the service takes no more, its secrets said nowhere."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING

import pytest

from alerts.channels import open_channel
from alerts.channels.redaction import LONGEST, said
from storage.errors import ConfigError, Retry
from tests.alerts.test_mail import message
from tests.alerts.test_webhook import hooked
from tests.loopback.post_office import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.alerts.test_webhook import Hook


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a command's log would hold: desk/log.py takes INFO and above at the root."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield kept
    root.setLevel(level)
    root.removeHandler(handler)


def address(hook: Hook, more: str = "") -> str:
    return f"json://127.0.0.1:{hook.port}/T0k3nT0k3n{more}"


def test_a_service_gets_subject_and_text() -> None:
    with hooked() as hook:
        open_channel(address(hook)).send(message())
        ((path, _, body),) = hook.posts
    assert path.rstrip("/") == "/T0k3nT0k3n"
    assert (json.loads(body)["title"], json.loads(body)["message"].strip()) == (
        "longarm 23 Nov: 4 new (1 critical)",
        "江岙县公安局通告",
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("more", ["", "?redirect=yes"])
def test_no_redirect_is_followed(status: int, more: str) -> None:
    with hooked() as other, hooked() as hook:
        hook.answers = [(status, {"Location": f"http://127.0.0.1:{other.port}/internal"})]
        with pytest.raises(Retry):
            open_channel(address(hook, more)).send(message())
        assert (len(hook.posts), other.posts) == (1, [])


def test_what_a_service_does_not_take_is_cut_and_says_so() -> None:
    with hooked() as hook:
        channel = open_channel(address(hook))
        channel._service.body_maxlen = 200  # type: ignore[attr-defined]
        channel.send(message(text="通" * 1000))
        (_, _, body) = hook.posts[0]
    sent = json.loads(body)["message"]
    assert len(sent) <= 200
    assert sent.endswith("… cut here, because this service takes no more")


@pytest.mark.parametrize("status", [500, 403])
def test_a_service_that_fails_is_tried_at_the_next_run(status: int, log: io.StringIO) -> None:
    with hooked() as hook:
        hook.answers = [(status, {})]
        with pytest.raises(Retry, match=f"{status}.*it is tried again at the next run") as failed:
            open_channel(address(hook)).send(message())
    assert "T0k3nT0k3n" not in str(failed.value) + log.getvalue()


def test_nobody_there_is_no_traceback_and_no_secret(log: io.StringIO) -> None:
    with pytest.raises(Retry) as failed:
        open_channel(f"json://lin:s3cretpass@127.0.0.1:{free_port()}/T0k3nT0k3n").send(message())
    assert not [word for word in ("s3cretpass", "T0k3nT0k3n") if word in str(failed.value) + log.getvalue()]


def test_an_unknown_service_is_the_users_to_mend(log: io.StringIO) -> None:
    with pytest.raises(ConfigError, match="did you mean tgram://") as failed:
        open_channel("telegrm://12345:S3cretS3cret/678")
    assert "S3cretS3cret" not in str(failed.value) + log.getvalue()


@pytest.mark.parametrize(
    ("text", "where", "kept"),
    [
        ("login lin:p%40ss failed", "mailtos://lin:p%40ss@example.org", "login *** failed"),
        ("login p@ss failed", "mailtos://lin:p%40ss@example.org", "login *** failed"),
        ("AUTH PLAIN AGxpbgBwQHNz", "mailtos://lin:p%40ss@example.org", "AUTH PLAIN ***"),
        ("no /bot/A1B2C3D4/send at example.org", "tgram://A1B2C3D4/chat", "no /bot/A1B2C3D4/send at example.org"),
        ("no T000A1B2 at slack", "slack://host/T000A1B2/x", "no *** at slack"),
        ("key=abcdef", "json://example.org/?key=abcdef", "key=***"),
        ("line\r\nbreak \x1b[2J", "json://example.org", "line break"),
    ],
)
def test_what_an_address_holds_is_taken_out_of_what_is_said(text: str, where: str, kept: str) -> None:
    assert said(text, where) == kept


def test_the_address_itself_is_never_said_and_nothing_at_length() -> None:
    where = "tgram://A1B2C3D4/chat"
    assert said(f"cannot reach {where}", where) == "cannot reach ***"
    assert len(said("x" * 100_000, where)) == LONGEST
