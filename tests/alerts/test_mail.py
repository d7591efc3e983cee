"""Mail against a real SMTP server on loopback: what arrives, and what is said where nothing does."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alerts.channels import Message, open_channel
from alerts.channels.apprise import AppriseChannel
from storage.errors import ConfigError, Quarantine, Retry
from tests.loopback.post_office import certificate, free_port, post_office, raw_server

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.post_office import PostOffice

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def message(**changes: object) -> Message:
    values: dict[str, object] = {
        "id": "digest:2026-11-23",
        "key": "digest:2026-11-23/ab12",
        "subject": "longarm 23 Nov: 4 new (1 critical)",
        "text": "江岙县公安局通告\n",
        "html": '<!doctype html><html lang="en"><body><p lang="zh">江岙县公安局通告</p></body></html>\n',
        "at": NOW,
        "now": NOW,
    }
    return Message(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


def test_a_mail_is_html_with_a_text_alternative_in_utf8(office: PostOffice) -> None:
    assert open_channel(office.address()).send(message()) == ""
    (mail,) = office.mails
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in (text, html)} == {"utf-8"}
    assert text.get_content().rstrip() == "江岙县公安局通告"
    assert '<p lang="zh">江岙县公安局通告</p>' in html.get_content()
    assert mail["To"] == "mara@example.org"
    assert mail["From"] == "Longarm <watch@example.net>"


def test_its_headers_name_the_moment_the_list_and_that_a_program_wrote_it(office: PostOffice) -> None:
    open_channel(office.address()).send(message())
    (mail,) = office.mails
    assert mail["Date"].datetime == NOW
    assert mail["List-Id"] == "Longarm <longarm.example.net>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["MIME-Version"] == "1.0"
    assert office.raw[0].count(b"MIME-Version") == 1
    assert mail.defects == []


def test_sent_again_it_is_the_same_mail_to_the_byte_and_another_one_has_another_id(office: PostOffice) -> None:
    channel = open_channel(office.address())
    for one in (message(), message(now=NOW.replace(hour=9)), message(key="digest:2026-11-24/cd34")):
        channel.send(one)
    ids = [mail["Message-ID"] for mail in office.mails]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@example.net>")

    def without_boundary(number: int) -> list[bytes]:
        return [line for line in office.raw[number].splitlines() if b"====" not in line]

    assert without_boundary(0) == without_boundary(1)


def test_no_line_is_longer_than_mail_allows_whatever_is_in_it(office: PostOffice) -> None:
    long = "劝返" * 5000 + "x" * 5000
    open_channel(office.address()).send(message(text=long, html=f"<p>{long}</p>", subject="劝返" * 200))
    assert max(map(len, office.raw[0].split(b"\r\n"))) <= 998
    (mail,) = office.mails
    assert mail.get_body(("plain",)).get_content().strip() == long
    assert mail["Subject"] == "劝返" * 200


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x00\n", "\x0b"])
def test_a_title_cannot_write_a_header(office: PostOffice, end: str) -> None:
    open_channel(office.address()).send(message(subject=f"敦促{end}Bcc: eve@example.com{end}{end}body"))
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "敦促 Bcc: eve@example.com body"
    assert office.rcpts == [["mara@example.org"]]


def test_nor_can_a_name_or_a_header_of_the_address(office: PostOffice) -> None:
    more = "&name=Lin%0d%0aBcc:eve@example.com&%2BX-Team=night%0d%0aBcc:%20eve@example.com&%2BSubject=none"
    open_channel(office.address(more=more)).send(message())
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["X-Team"] == "night Bcc: eve@example.com"
    assert mail.get_all("Subject") == ["longarm 23 Nov: 4 new (1 critical)"]


def test_a_dot_alone_does_not_end_the_mail(office: PostOffice) -> None:
    open_channel(office.address()).send(message(text="a\n.\nRSET\n..\n"))
    assert office.mails[0].get_body(("plain",)).get_content().split() == ["a", ".", "RSET", ".."]


def test_several_people_get_it_in_one_go_and_a_blind_copy_stands_nowhere_in_it(office: PostOffice) -> None:
    open_channel(office.address(to="mara@example.org,lin@example.org", more="&bcc=kept@example.org")).send(message())
    assert sorted(office.rcpts[0]) == ["kept@example.org", "lin@example.org", "mara@example.org"]
    assert b"kept@example.org" not in office.raw[0]


def test_one_recipient_of_several_refused_is_said_and_the_others_have_it(office: PostOffice) -> None:
    office.refuses = {"lin@example.org"}
    said = open_channel(office.address(to="mara@example.org,lin@example.org")).send(message())
    assert said == "mail by 127.0.0.1: 1 of 2 recipients refused: 550 no such mailbox: ***"
    assert office.rcpts == [["mara@example.org"]]


def test_the_machine_does_not_tell_its_name(office: PostOffice) -> None:
    open_channel(office.address()).send(message())
    assert office.helo == ["[127.0.0.1]"]


# --- TLS ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_mail_goes_encrypted_where_the_address_says_so(tmp_path: Path, mode: str) -> None:
    context = certificate(tmp_path)
    with post_office(**{"tls" if mode == "starttls" else "smtps": context}) as office:
        open_channel(office.address(scheme="mailtos", more=f"&mode={mode}&verify=no")).send(message())
        assert office.was_tls == [True]


@pytest.mark.parametrize("mode", ["starttls", "ssl"])
def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path, mode: str) -> None:
    context = certificate(tmp_path)
    with post_office(**{"tls" if mode == "starttls" else "smtps": context}) as office:
        with pytest.raises(Retry, match="CERTIFICATE_VERIFY_FAILED"):
            open_channel(office.address(scheme="mailtos", more=f"&mode={mode}")).send(message())
        assert office.mails == []


def test_where_starttls_is_wanted_and_not_offered_nothing_goes_out_plain(office: PostOffice) -> None:
    with pytest.raises(Retry, match="STARTTLS"):
        open_channel(office.address(scheme="mailtos", more="&mode=starttls")).send(message())
    assert office.mails == []


# --- bad days ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Requiring AUTH while")
def test_a_wrong_password_fails_for_all_messages_and_is_not_said() -> None:
    with post_office(password="right") as office:
        address = office.address(user="lin:wr0ng%2Fpass@")
        with pytest.raises(Retry) as failed:
            open_channel(address).send(message())
        assert "535" in str(failed.value)
        assert "wr0ng" not in str(failed.value)
        open_channel(office.address(user="lin:right@")).send(message())
        assert len(office.mails) == 1


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ("552 too large", Quarantine, r"refused, 552 too large; it is tried again at the next run"),
        ("451 come back later", Retry, r"451 come back later; it is tried again at the next run"),
    ],
)
def test_a_refusal_for_good_is_told_from_one_that_may_pass(
    office: PostOffice, answer: str, error: type[Exception], said: str
) -> None:
    office.answer = answer
    with pytest.raises(error, match=said):
        open_channel(office.address()).send(message())


def test_everybody_refused_is_a_refusal(office: PostOffice) -> None:
    office.refuses = {"mara@example.org"}
    with pytest.raises(Quarantine, match=r"refused, 550 no such mailbox: \*\*\*"):
        open_channel(office.address()).send(message())


def test_a_server_that_hangs_is_left_after_its_time(office: PostOffice) -> None:
    office.hangs = True
    begun = time.monotonic()
    with pytest.raises(Retry, match=r"no answer in 1 s; it is tried again"):
        open_channel(office.address(more="&cto=1")).send(message())
    assert time.monotonic() - begun < 10


def test_a_server_that_does_not_even_greet_is_left_after_its_time() -> None:
    def silent(connection: socket.socket) -> None:
        connection.recv(1)

    with raw_server(silent) as port, pytest.raises(Retry, match="no answer in 1 s"):
        open_channel(f"mailto://127.0.0.1:{port}?from=a@example.net&to=b@example.org&cto=1").send(message())


def test_a_server_that_drops_after_the_mail_may_have_taken_it_so_it_goes_again_under_the_same_id(
    office: PostOffice,
) -> None:
    office.drops = True
    channel = open_channel(office.address())
    with pytest.raises(Retry, match="tried again at the next run"):
        channel.send(message())
    office.drops = False
    channel.send(message())
    assert len({mail["Message-ID"] for mail in office.mails}) == 1
    assert len(office.mails) == 2


def test_nobody_there_is_said_in_a_line() -> None:
    address = f"mailto://lin:s3cret@127.0.0.1:{free_port()}?from=a@example.net&to=b@example.org"
    with pytest.raises(Retry, match="refused") as failed:
        open_channel(address).send(message())
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize("address", ["mailto://", "mailtos://lin:s3cret@", "mailto://lin:s3cret@x.org?mode=tsl"])
def test_an_address_that_is_none_is_said_without_its_password(address: str) -> None:
    with pytest.raises(ConfigError) as failed:
        open_channel(address)
    assert "s3cret" not in str(failed.value)


def test_what_is_to_be_encrypted_to_its_reader_is_left_to_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    def service(address: str) -> object:
        return type("Service", (), {"pgp_mode": "encrypt"})()

    monkeypatch.setattr("alerts.channels.mail.service_of", service)
    monkeypatch.setattr("alerts.channels.apprise.service_of", service)
    assert isinstance(open_channel("mailtos://lin:s3cret@example.org?pgp=yes"), AppriseChannel)
