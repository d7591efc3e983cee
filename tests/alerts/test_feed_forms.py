"""Whatever a page says, a feed stays a feed and a mail a mail."""

from __future__ import annotations

import email
import email.policy
import json

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from alerts.channels.mail import Letterbox, compose
from alerts.feed_forms import feed_of, item_of, render_atom, render_json_feed
from alerts.links import http_link
from storage.origins import UNSAID
from tests.alerts.invented import NOON, alert
from tests.alerts.test_mail import message

# Every character there is, the lone halves of a pair and what XML cannot hold among them.
anything = st.text(st.characters() | st.sampled_from("\ud800\udc80\x00\ufffe\u202e<&]\r\n"), max_size=80)

BOX = Letterbox(
    host="mx.example.net",
    port=25,
    mode="insecure",
    user=None,
    password=None,
    verify=True,
    seconds=1,
    sender=("Longarm", "watch@example.net"),
    to=(("", "mara@example.org"),),
    cc=(),
    bcc=(),
    reply_to=(),
)


@given(title=anything, quote=anything, url=anything, province=anything, lang=anything)
def test_any_alert_is_a_valid_entry(title: str, quote: str, url: str, province: str, lang: str) -> None:
    one = alert(title=title, quote=quote, url=f"http://{url}", province=province, lang=lang)
    item = item_of(one, None, UNSAID, gloss=lambda _: (), counts_only=False)
    feed = feed_of("all", [item], root="0" * 64, begun=NOON, limit=10)
    parsed = etree.fromstring(render_atom(feed).encode())
    (entry,) = parsed.findall("{*}entry")
    assert entry.find("{*}title").text == item.title
    assert len(parsed) == 6
    loaded = json.loads(render_json_feed(feed).encode())
    assert loaded["items"][0]["content_text"] == item.text


@given(url=anything)
def test_a_link_is_ascii_and_http_or_nothing(url: str) -> None:
    for address in (url, f"http://{url}", f"HTTPS://{url}", f"javascript:{url}"):
        link = http_link(address)
        assert link == "" or (link.isascii() and link.lower().startswith(("http://", "https://")))
        assert not set(link) & set(" <>\"'`\n\r\t")


@given(subject=anything, text=anything)
def test_any_text_is_a_mail_with_the_headers_it_should_have(subject: str, text: str) -> None:
    whole = message(subject=subject, text=text, html=f"<p>{text}</p>")
    made = compose(whole, BOX).as_bytes()
    assert max(map(len, made.split(b"\r\n"))) <= 998
    parsed = email.message_from_bytes(made, policy=email.policy.default)
    assert parsed.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ]
    assert parsed["To"] == "mara@example.org"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
