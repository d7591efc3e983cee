"""Alerts: one a concept and snapshot, only for what is news, and the same whenever composed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alerts.compose import Found, alert_id, compose, found_in, sentence_around
from storage.findings import AlertKind, Document, DocumentKind, Hit, Severity, Snapshot, Stance
from storage.records import CaptureId, PageId, Sha256

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = "县公安局开展劝返。会议要求继续劝返。另行通知。"
DOCUMENT = Document(kind=DocumentKind.ARTICLE, title="通告", body=BODY, published="2026-11-22", lang="zh")
FIRST = Hit(
    concept="persuade_return",
    variant="persuade_return.plain",
    severity=Severity.MEDIUM,
    stance=Stance.ASSERTED,
    field="body",
    start=6,
    end=8,
    matched="劝返",
    quote="县公安局开展劝返。",
    more=(("body", 15, 17),),
)
SNAPSHOT = Snapshot(
    id=CaptureId(7),
    record_sha256=Sha256("ab" * 32),
    page_id=PageId(1),
    url="http://psb.example.gov.cn/a.html",
    ordinal=1,
    captured_at=NOON,
    parts=(CaptureId(7),),
)


def made(found: list[Found], *, ordinal: int = 1, retroactive: bool = False) -> list:
    return compose(
        found,
        snapshot=replace(SNAPSHOT, ordinal=ordinal),
        url_key="cn,gov,example,psb)/a.html",
        document=DOCUMENT,
        source=None,
        retroactive=retroactive,
        told_at=NOON,
    )


def test_a_pages_first_snapshot_raises_one_new_alert_a_concept_with_all_its_places() -> None:
    graver = replace(FIRST, variant="persuade_return.family", severity=Severity.CRITICAL, start=15, end=17, more=())
    other = replace(FIRST, concept="reward_notice", variant="reward_notice.plain", more=())
    found = found_in([FIRST, graver, other], DOCUMENT, before=None, added={})
    alerts = made(found)
    assert [alert.concept for alert in alerts] == ["persuade_return", "reward_notice"]
    assert {alert.kind for alert in alerts} == {AlertKind.NEW}
    assert (alerts[0].variant, alerts[0].start, alerts[0].more) == (graver.variant, 15, (("body", 6, 8),))
    assert (alerts[0].first_seen, alerts[0].told_at, alerts[0].status) == (NOON, NOON, "new")


def test_an_edited_page_whose_hits_are_all_old_raises_nothing() -> None:
    found = found_in([FIRST], DOCUMENT, before=[FIRST], added={"body": [(18, 23)]})
    assert made(found, ordinal=2) == []


def test_a_hit_in_added_text_is_quoted_there() -> None:
    found = found_in([FIRST], DOCUMENT, before=[FIRST], added={"body": [(9, 18)]})
    (alert,) = made(found, ordinal=2)
    assert alert.kind is AlertKind.EDITED
    assert (alert.start, alert.end, alert.matched) == (15, 17, BODY[15:17])
    assert alert.quote == "会议要求继续劝返。"
    assert alert.more == (("body", 6, 8),)


def test_a_rule_that_held_nowhere_before_is_news_wherever_its_anchor_stands() -> None:
    found = found_in([FIRST], DOCUMENT, before=[], added={"body": [(18, 23)]})
    (alert,) = made(found, ordinal=2)
    assert alert.kind is AlertKind.EDITED
    assert alert.start == FIRST.start


def test_what_a_newer_rule_finds_in_what_was_read_is_retroactive() -> None:
    (alert,) = made(found_in([FIRST], DOCUMENT, before=None, added={}), retroactive=True)
    assert alert.kind is AlertKind.RETROACTIVE


def test_the_id_is_of_page_concept_and_snapshot_alone() -> None:
    (one,) = made([Found(hit=FIRST, is_new=True)])
    (other,) = made([Found(hit=replace(FIRST, start=15, end=17, quote="x"), is_new=True)], retroactive=True)
    assert (
        one.id
        == other.id
        == alert_id(url_key="cn,gov,example,psb)/a.html", concept="persuade_return", record_sha256="ab" * 32)
    )
    assert len(one.id) == 32


def test_a_quote_is_the_sentence_as_it_stands() -> None:
    assert sentence_around(BODY, 6, 8) == "县公安局开展劝返。"
    assert sentence_around(BODY, 15, 17) == "会议要求继续劝返。"
    assert sentence_around("没有句号的短文劝返", 7, 9) == "没有句号的短文劝返"


def test_an_alert_of_a_paged_file_tells_the_page_its_quote_stands_on() -> None:
    paged = replace(DOCUMENT, kind=DocumentKind.DOCUMENT, page_starts=(0, 9))
    told = {"snapshot": SNAPSHOT, "url_key": "k", "source": None, "retroactive": False, "told_at": NOON}
    in_title = replace(FIRST, field="title", start=0, end=2, concept="other", more=())
    later = replace(FIRST, start=15, end=17, more=())
    for hit, page in ((FIRST, 1), (later, 2), (in_title, None)):
        (alert,) = compose([Found(hit=hit, is_new=True)], document=paged, **told)
        assert alert.page_number == page
