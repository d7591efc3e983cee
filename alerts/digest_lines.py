"""From the alerts of a window to the lines of a digest: one line a page, copies folded, variants kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts.disagreeing import Pairs, shown_pairs
from alerts.fold import fold_word
from alerts.letter import SEVERITIES, Article, Copy, Line, Organ, Quote
from alerts.mask import shown
from alerts.naming import in_english
from alerts.original import original
from alerts.people import NOBODY, People, named_by, people
from alerts.quotes import context, quote
from alerts.syndication import differences
from alerts.wording import Words, words
from storage.findings import AlertKind, Severity, Stance
from storage.records import PageId
from storage.stories import Teller
from storage.urls import host_of

if TYPE_CHECKING:
    from datetime import datetime

    from storage.attachments import Owner
    from storage.digests import AlertFacts, Named
    from storage.findings import Alert
    from storage.origins import Origin

Gloss = Callable[[str], Sequence[tuple[str, str]]]
"""The listed terms and names in a text, each with its gloss in the other language, in order."""

# A page dated so long before our first sight of it is a late find, not news.
LATE = timedelta(days=30)
_QUOTES = 3  # of one page; the others are in the stored copy
_GLOSSES = 16
_LABELS = 6


def organ_of(source: Named | None) -> Organ | None:
    if source is None:
        return None
    name = source.name_zh or source.name_en or source.id
    return Organ(
        id=source.id,
        name=shown(name, NOBODY),
        name_en=shown(source.name_en, NOBODY) if source.name_en else in_english(shown(name, NOBODY)),
        agency=words("agency", source.agency) if source.agency else None,
        level=words("level", source.level) if source.level else None,
        province=words("province", source.province) if source.province else None,
    )


def publisher_of(source: Named | None, origin: Origin, known: People) -> Organ | None:
    """Who publishes a page: its source or, of a page that was brought in, whom the page itself names, else whoever
    imported it. `known` are the private persons of its text."""
    if source is not None or not origin.named:
        return organ_of(source)
    name = shown(origin.named, known)
    return Organ(
        id=None,
        name=name if origin.is_told else f"来源 {name}",
        name_en=in_english(name),
        agency=None,
        level=None,
        province=None,
        is_told=origin.is_told,
    )


def _as_shown(facts: AlertFacts) -> Origin:
    known = people_of(facts)
    return facts.origin.with_names(lambda name: shown(name, known))


def people_of(facts: AlertFacts) -> People:
    """The private persons of an alert's text."""
    return named_by(facts.alert) | people(f"{facts.title}\n{facts.body}")


def articles_of(owners: Iterable[Owner], known: People) -> tuple[Article, ...]:
    """The articles a file belongs to, as shown; `known` are the private persons that the file names."""
    return tuple(Article(url=one.url, title=shown(one.title, known), text=shown(one.text, known)) for one in owners)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One page's alerts of the window; `latest` carries the text it is shown and compared by."""

    facts: tuple[AlertFacts, ...]

    @property
    def latest(self) -> AlertFacts:
        return max(self.facts, key=lambda facts: facts.alert.snapshot_id)

    @property
    def concepts(self) -> frozenset[str]:
        return frozenset(facts.alert.concept for facts in self.facts)

    @property
    def first_seen(self) -> datetime:
        return min(facts.alert.first_seen for facts in self.facts)

    @property
    def page_seen(self) -> datetime:
        """When the page first had a text here, which is before its words were seen where an edit brought them."""
        return min([self.first_seen, *(facts.page_seen for facts in self.facts if facts.page_seen)])

    @property
    def gravest(self) -> Alert:
        return self.facts[0].alert


def lines(
    facts: Sequence[AlertFacts], earlier: Mapping[str, AlertFacts], gloss: Gloss
) -> tuple[list[Line], list[Line]]:
    """The lines of these alerts in reading order, and apart those that repeat a text told in an earlier window."""
    told: list[Line] = []
    repeats: list[Line] = []
    for members in _clusters(facts):
        before = _before(members, earlier)
        if before is not None:
            repeats += [
                replace(_line(seen, gloss, copies=()), earlier=_copy_of(before))
                for seen in members
                if _says_the_same(before, seen)
            ]
        news = [seen for seen in members if before is None or not _says_the_same(before, seen)]
        if news:
            told.append(_story(news, before, gloss))
    return sorted(told, key=_order), sorted(repeats, key=_order)


def _before(members: Sequence[_Seen], earlier: Mapping[str, AlertFacts]) -> AlertFacts | None:
    """What was told of the same text before; a page is no copy of its own former self."""
    before = earlier.get(members[0].latest.alert.cluster or "")
    own = {seen.latest.alert.page_id for seen in members}
    return None if before is None or before.alert.page_id in own else before


def _says_the_same(before: AlertFacts, seen: _Seen) -> bool:
    """Whether a page adds nothing to what was told. A graver copy does: the same words by the police of a county, which
    vanish there first."""
    known = {before.alert.concept, *before.also}
    told = before.gravest or before.alert.severity
    is_graver = _rank(seen.gravest.severity) < _rank(told)
    return seen.concepts <= known and not is_graver and not differences(before.body, seen.latest.body)


def _rank(severity: str) -> int:
    return SEVERITIES.index(Severity(severity))


def _story(members: Sequence[_Seen], before: AlertFacts | None, gloss: Gloss) -> Line:
    """One text of the window with its copies and variants; `before` is what of it was told in an earlier one."""
    head, copies, variants = _fold(members)
    line = replace(
        _line(head, gloss, copies=copies), variants=tuple(_variant(head, other, gloss) for other in variants)
    )
    if before is None:
        return line
    found, is_hidden = _differing(before.body, head)
    return replace(line, earlier=_copy_of(before), differences=found, is_hidden=is_hidden)


def _clusters(facts: Iterable[AlertFacts]) -> list[list[_Seen]]:
    """Pages, gathered by cluster; a page that is in no cluster stands alone."""
    pages: dict[int, list[AlertFacts]] = {}
    for one in facts:
        pages.setdefault(one.alert.page_id, []).append(one)
    clusters: dict[str, list[_Seen]] = {}
    for page_id, of_page in pages.items():
        seen = _Seen(
            facts=tuple(sorted(of_page, key=lambda one: (_rank(one.alert.severity), one.alert.concept, one.alert.id)))
        )
        clusters.setdefault(seen.latest.alert.cluster or f"page {page_id}", []).append(seen)
    return list(clusters.values())


def _fold(members: Sequence[_Seen]) -> tuple[_Seen, list[_Seen], list[_Seen]]:
    """The head, its copies, and the variants: the probable original comes first, the others as they were seen."""
    ordered = sorted(members, key=lambda seen: (seen.first_seen, seen.latest.alert.id))
    first = original([_teller(seen) for seen in ordered])
    head = next((seen for seen in ordered if first and seen.latest.alert.page_id == first.page.page_id), ordered[0])
    copies: list[_Seen] = []
    variants: list[_Seen] = []
    for seen in ordered:
        if seen is head:
            continue
        same = seen.concepts <= head.concepts and not differences(head.latest.body, seen.latest.body)
        (copies if same else variants).append(seen)
    return head, copies, variants


def _teller(seen: _Seen) -> Teller:
    """The page as `longarm copies` weighs it: both name one original."""
    latest = seen.latest
    return Teller(
        page_id=PageId(latest.alert.page_id),
        url=latest.alert.url,
        source=latest.source,
        snapshot_id=latest.alert.snapshot_id,
        snapshot=latest.alert.snapshot,
        first_seen=seen.first_seen,
        published=latest.alert.published,
        title=latest.title,
        body=latest.body,
        origin=latest.origin,
    )


def _variant(head: _Seen, other: _Seen, gloss: Gloss) -> Line:
    found, is_hidden = _differing(head.latest.body, other, head)
    return replace(_line(other, gloss, copies=()), differences=found, is_hidden=is_hidden)


def _differing(body: str, other: _Seen, *of: _Seen) -> tuple[Pairs, bool]:
    """What `other` says otherwise than `body`, as shown, and whether only what is masked differs; `of` is known too."""
    known = NOBODY
    for seen in (other, *of):
        known |= people_of(seen.latest)
    given = differences(body, other.latest.body)
    found = shown_pairs(given, (body, other.latest.body), known)
    return found, bool(given) and not found


def _copy_of(facts: AlertFacts) -> Copy:
    name = facts.source.name_zh or facts.source.name_en or facts.source.id if facts.source else host_of(facts.alert.url)
    carried = facts.origin.carried_by is not None
    return Copy(url=facts.alert.url, name=shown(name, NOBODY), alerts=(facts.alert,), is_carried=carried)


def _line(seen: _Seen, gloss: Gloss, *, copies: Sequence[_Seen]) -> Line:
    latest = seen.latest
    # A text is as grave as the gravest page that carries it, whichever of them stands for it.
    gravest = min((one.gravest for one in (seen, *copies)), key=lambda one: _rank(one.severity))
    concepts = dict.fromkeys(facts.alert.concept for facts in seen.facts)
    stance = next((facts.alert.stance for facts in seen.facts if facts.alert.stance != Stance.ASSERTED), None)
    quotes, glosses = _quotes(seen.facts, gloss, latest.alert.snapshot)
    title = _title(latest)
    about = _each_once([*gloss(title), *glosses])
    return Line(
        severity=Severity(gravest.severity),
        concepts=tuple(words("concept", concept) for concept in concepts),
        stance=words("stance", stance) if stance else None,
        marks=_marks(seen),
        organ=publisher_of(latest.source, latest.origin, people_of(latest)),
        title=title,
        published=latest.alert.published,
        first_seen=seen.first_seen,
        page_seen=seen.page_seen,
        quotes=quotes,
        glosses=tuple((shown(term, people_of(latest)), said) for term, said in about)[:_GLOSSES],
        url=latest.alert.url,
        snapshot=latest.alert.snapshot,
        state=words("change", latest.state) if latest.state else None,
        state_since=latest.state_since,
        alerts=tuple(facts.alert for facts in seen.facts),
        copies=tuple(_copy_of(copy.latest) for copy in copies),
        layout=shown(latest.layout, NOBODY) if latest.layout else None,
        articles=articles_of(latest.owners, people_of(latest)),
        labels=_labels(seen),
        why=shown(str(getattr(gravest, "why", "")), NOBODY),
        origins={facts.alert.snapshot_id: _as_shown(facts) for facts in seen.facts},
    )


def _each_once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The glosses, each word once however it is written: police of a title and Police of a sentence."""
    found: dict[str, tuple[str, str]] = {}
    for term, said in pairs:
        found.setdefault(fold_word(term), (term, said))
    return list(found.values())


def _labels(seen: _Seen) -> tuple[Words, ...]:
    """What the rules say of how the text speaks (historical, of a law, …), beside its stance."""
    found = dict.fromkeys(label for facts in seen.facts for label in getattr(facts.alert, "labels", ()))
    return tuple(words("label", shown(str(label), NOBODY)) for label in found)[:_LABELS]


def _title(latest: AlertFacts) -> str:
    """The page's title; of a file without one the words that its article links it by."""
    linked = latest.owners[0].text if latest.owners else ""
    return shown(latest.title or latest.alert.title or linked, people_of(latest)) or "无标题 (no title)"


def _marks(seen: _Seen) -> tuple[Words, ...]:
    kinds = {facts.alert.kind for facts in seen.facts}
    marks = [words("mark", kind) for kind in (AlertKind.RETROACTIVE, AlertKind.EDITED) if kind in kinds]
    if AlertKind.NEW in kinds and _is_late(seen.latest):
        marks.insert(0, words("mark", "late find"))
    layers = dict.fromkeys(facts.alert.layer for facts in seen.facts if facts.alert.layer != "plain")
    return (*marks, *(words("layer", layer) for layer in layers))


def _is_late(facts: AlertFacts) -> bool:
    try:
        dated = date.fromisoformat((facts.alert.published or "")[:10])
    except ValueError:
        return False
    return facts.alert.first_seen.date() - dated >= LATE


def _quotes(
    facts: Iterable[AlertFacts], gloss: Gloss, shown_as: str
) -> tuple[tuple[Quote, ...], tuple[tuple[str, str], ...]]:
    """One quote for each part of the text that has hits, each text once, with the glosses of the terms in it.

    `shown_as` is the snapshot that the line names: its quotes come first, others say which version they stand in.
    """
    facts = sorted(facts, key=lambda one: one.alert.snapshot != shown_as)
    quotes: dict[str, Quote] = {}
    glosses: dict[str, str] = {}
    covered: list[tuple[int, str, int, int]] = []
    for one in facts:
        alert, known = one.alert, people_of(one)
        text = one.title if alert.field == "title" else one.body
        version = None if alert.snapshot == shown_as else alert.snapshot
        spans = [(alert.start, alert.end), *((start, end) for field, start, end in alert.more if field == alert.field)]
        if not 0 <= alert.start < alert.end <= len(text):
            found = quote(alert.quote, _find(alert.quote, alert.matched), known)
            quotes.setdefault(shown(alert.quote, known), replace(found, page=alert.page_number, snapshot=version))
            glosses.update(gloss(alert.quote))
            continue
        begin, end = context(text, spans[0])
        where = (alert.snapshot_id, alert.field)
        if any((snapshot, field) == where and a <= alert.start < b for snapshot, field, a, b in covered):
            continue
        covered.append((*where, begin, end))
        others = [
            (other.alert.start, other.alert.end)
            for other in facts
            if (other.alert.snapshot_id, other.alert.field) == where
        ]
        made = replace(quote(text, [*spans, *others], known), page=alert.page_number, snapshot=version)
        quotes.setdefault(made.marked, made)
        glosses.update(gloss(text[begin:end]))
    return tuple(quotes.values())[:_QUOTES], tuple(glosses.items())


def _find(text: str, matched: str) -> list[tuple[int, int]]:
    at = text.find(matched) if matched else -1
    return [(at, at + len(matched))] if at >= 0 else [(0, len(text))] if text else []


def _order(line: Line) -> tuple[object, ...]:
    place = (
        line.organ.province.key if line.organ and line.organ.province else "",
        line.organ.name if line.organ else "",
    )
    return (SEVERITIES.index(line.severity), line.concepts[0].key, *place, line.first_seen, line.url)
