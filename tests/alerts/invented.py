"""Invented facts for digests: counties, pages and people that do not exist."""

from datetime import UTC, datetime
from types import MappingProxyType

from storage.digests import (
    AlertFacts,
    ChangeFacts,
    DigestFacts,
    FollowUpFacts,
    Named,
    PageFacts,
    SampleFacts,
    TroubleFacts,
)
from storage.findings import Alert, AlertKind, Claim, GoneAs, PageState, Severity, Stance, StoredClaim, Suppressed
from storage.origins import Origin
from storage.records import CaptureId, ErrorClass, PageId, Sha256

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

JIANGAO = Named(
    id="jiangao-police",
    name_zh="江岙县公安局",
    name_en="Jiang'ao County PSB",
    agency="police",
    level="county",
    province="浙江",
    place="江岙",
)
MFA = Named(
    id="mfa", name_zh="外事例会", name_en="Press office", agency="foreign_affairs", level="national", province="中央"
)
NEWS = Named(id="haijiao-news", name_zh="海角新闻", name_en="Haijiao News", agency="local_media", level="province")

NOTICE = (
    "江岙县公安局通告发布。经三次通知仍不回国的，其子女不得在城区就读，已经入学的限期转回原籍。"
    "截至目前已劝返滞留境外人员17人。嫌疑人林某某，身份证号352502199001010123，电话13812345678。"
)


def alert(number=1, **changes):
    body = changes.pop("body", NOTICE)
    matched = changes.pop("matched", "子女不得在城区就读")
    start = max(0, body.find(matched))
    values = {
        "id": f"{number:032x}",
        "kind": AlertKind.NEW,
        "concept": "family_pressure",
        "variant": "family_pressure.school",
        "severity": Severity.CRITICAL,
        "stance": Stance.ASSERTED,
        "status": "new",
        "page_id": PageId(number),
        "url": f"http://www.jiangao.example.gov.cn/2026/{number}.html",
        "source_id": "jiangao-police",
        "agency": "police",
        "province": "浙江",
        "snapshot_id": CaptureId(number * 10),
        "snapshot": f"{number:02x}" * 16,
        "first_seen": NOON,
        "told_at": NOON,
        "published": "2026-11-22",
        "title": "关于滞留境外人员的惩戒公告",
        "matched": matched,
        "quote": body[max(0, start - 10) : start + 20],
        "field": "body",
        "start": start,
        "end": start + len(matched),
        "cluster": None,
        "lang": "zh",
        "more": (),
    }
    return Alert(**{**values, **changes})


def facts(number=1, *, body=NOTICE, source=JIANGAO, publisher=None, carried_by=None, state=None, also=(), **changes):
    one = alert(number, body=body, **changes)
    return AlertFacts(
        alert=one,
        title=one.title,
        body=body,
        origin=Origin(publisher=publisher, carried_by=carried_by),
        source=source,
        state=state,
        also=tuple(also),
    )


def claim(number=1, *, body=NOTICE, quote="劝返滞留境外人员17人", at=NOON, **changes):
    """A claim of the alert of this number; whatever is not said of where it stands is the alert's."""
    start = body.index(quote)
    of = alert(
        number,
        **{
            name: changes.pop(name)
            for name in ("url", "source_id", "snapshot", "title", "published")
            if name in changes
        },
    )
    values = {"type": "returned", "quantity": 17, "quantity_text": "17人", "period_end": "2026-11-22", **changes}
    return StoredClaim(
        claim=Claim(quote=quote, start=start, end=start + len(quote), **values),
        alert_id=of.id,
        snapshot_id=of.snapshot_id,
        ordinal=0,
        snapshot=of.snapshot,
        record_sha256=Sha256(of.snapshot * 2),
        url=of.url,
        source_id=of.source_id,
        published=of.published,
        told_at=at,
        title=of.title,
    )


def said(*claims):
    """Claims by their alerts, as a window's facts hold them."""
    found = {}
    for one in claims:
        found.setdefault(one.alert_id, []).append(one)
    return found


def change(event, number=50, **changes):
    values = {
        "event": event,
        "at": NOON,
        "page_id": PageId(number),
        "url": f"http://www.pingtong.example.gov.cn/{number}.html",
        "title": "《敦促投案通告（第四批）》",
        "source": JIANGAO,
        "alerted_at": datetime(2026, 11, 2, tzinfo=UTC),
        "captures": 3,
        "snapshot": "a4" * 16,
    }
    return ChangeFacts(**{**values, **changes})


def page(number=50, **changes):
    values = {
        "url": f"http://www.pingtong.example.gov.cn/{number}.html",
        "source": "jiangao-police",
        "kind": "article",
        "first_seen": datetime(2026, 10, 30, tzinfo=UTC),
        "last_checked": NOON,
        "last_ok": datetime(2026, 11, 20, tzinfo=UTC),
        "snapshots": 2,
        "http_status": 404,
    }
    return PageFacts(**{**values, **changes})


def trouble(health, **changes):
    values = {
        "source": Named(id=f"{health}-source", name_zh="石澜县公安局", name_en="Shilan PSB"),
        "health": health,
        "error": None,
        "since": datetime(2026, 11, 21, tzinfo=UTC),
        "message": None,
        "last_ok": None,
        "last_new": None,
        "looks": 9,
    }
    return TroubleFacts(**{**values, **changes})


EMPTY = DigestFacts(
    sources=300, answered=297, crawled=5210, rechecked=4900, ledger_seq=18204, ledger_head=Sha256("78" * 32)
)


def full_day():
    """One of everything: copies, a variant, a denial, an old page, a takedown, an edit, sources in trouble."""
    copy = NOTICE + "编辑：小林"
    variant = NOTICE.replace("17人", "19人")
    return DigestFacts(
        alerts=(
            facts(1, cluster="c1"),
            facts(
                2,
                cluster="c1",
                concept="persuade_return",
                variant="persuade_return.count",
                severity=Severity.HIGH,
                matched="劝返",
                page_id=PageId(1),
                snapshot_id=CaptureId(10),
                snapshot="01" * 16,
                url="http://www.jiangao.example.gov.cn/2026/1.html",
            ),
            facts(3, body=copy, cluster="c1", source=NEWS, publisher="江岙县公安局", url="http://news.example.test/3"),
            facts(4, body=copy, cluster="c1", source=NEWS, publisher="江岙县公安局", url="http://news.example.test/4"),
            facts(
                5, body=variant, cluster="c1", source=NEWS, publisher="江岙县公安局", url="http://news.example.test/5"
            ),
            facts(
                6,
                body="例行记者会。所谓海外警察局并不存在。发言人说。",
                matched="海外警察局",
                source=MFA,
                concept="overseas_station",
                severity=Severity.HIGH,
                stance=Stance.DENIED,
                title="例行记者会",
                published="2026-11-22T15:00:00+08:00",
                url="https://press.example.gov.cn/6",
            ),
            facts(
                7,
                matched="劝返",
                concept="persuade_return",
                severity=Severity.MEDIUM,
                published="2023-02-01",
                title="十月战果 www.evil.test [点击](http://evil.test) <script>alert(1)</script>\u202e\x1b[31m",
                state=PageState.GONE,
            ),
            facts(8, matched="劝返", concept="persuade_return", severity=Severity.INFO),
            facts(9, matched="劝返", concept="persuade_return", kind=AlertKind.RETROACTIVE, severity=Severity.HIGH),
            facts(
                10,
                body="Police persuaded 3 suspects to return. They came home.",
                matched="persuaded 3 suspects to return",
                title="Service post opened abroad",
                lang="en",
                concept="persuade_return",
                severity=Severity.LOW,
                url="http://www.jiangao.example.gov.cn/en/" + "a-very-long-path-that-goes-on/" * 5,
            ),
        ),
        changes=(
            change("suspected-gone", at=datetime(2026, 11, 22, 1, tzinfo=UTC), gone_as=GoneAs.NOT_FOUND),
            change(
                "gone",
                gone_as=GoneAs.NOT_FOUND,
                reason="the server answers 404",
                signs=3,
                signs_since=datetime(2026, 11, 20, 21, tzinfo=UTC),
            ),
            change("returned", 51, title="警务服务站名单"),
            change(
                "edited",
                52,
                title="警侨驿站走向海外",
                snapshot_old="77" * 16,
                snapshot="9b" * 16,
                text_old="驿站开通。同时协助核查在逃人员线索。服务侨胞。",
                text_new="驿站开通。提供便民服务。服务侨胞。",
                characters=(6, 12),
                words_gone=("在逃人员",),
                said_old=(claim(52, snapshot="77" * 16, quantity=12, quantity_text="12人"),),
                said=(claim(52, snapshot="9b" * 16),),
            ),
        ),
        pages=MappingProxyType({PageId(50): page(), PageId(51): page(51)}),
        troubles=(
            trouble("silent", message="no new page for 34 d", looks=0),
            trouble("blocked", error=ErrorClass.BLOCKED, message="403"),
            trouble("failing", error=ErrorClass.TIMEOUT),
        ),
        follow_ups=(FollowUpFacts(alert=alert(30), who="Lin", at=NOON, reason="ask for the annex"),),
        suppressed=MappingProxyType({"traffic": 22, "epidemic": 4}),
        sources=300,
        answered=297,
        crawled=5210,
        new=41,
        rechecked=4900,
        other_takedowns=2,
        claims=said(
            claim(1, agency="江岙县公安局"),
            claim(
                1,
                agency="江岙县公安局",
                quote="子女不得在城区就读",
                type="school_denial",
                quantity=None,
                quantity_text=None,
            ),
            claim(3, agency="江岙县公安局", url="http://news.example.test/3"),
            claim(
                5,
                body=variant,
                agency="江岙县公安局",
                url="http://news.example.test/5",
                quote="劝返滞留境外人员19人",
                quantity=19,
                quantity_text="19人",
            ),
        ),
        claims_before=(
            claim(
                90, agency="江岙县公安局", quantity=12, quantity_text="十二人", at=datetime(2026, 11, 20, tzinfo=UTC)
            ),
        ),
        samples=(
            SampleFacts(
                held=Suppressed(
                    concept="persuade_return",
                    variant="persuade_return.abroad",
                    field="body",
                    start=7,
                    end=9,
                    matched="劝返",
                    reason="traffic",
                ),
                url="http://www.jiangao.example.gov.cn/2026/70.html",
                snapshot="46" * 16,
                title="大桥施工绕行提示",
                body="大桥加固期间，劝返外地货车12辆。",
            ),
        ),
        ledger_seq=18204,
        ledger_head=Sha256("78" * 32),
    )
