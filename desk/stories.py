"""A story as a person is told it: the probable original, its copies and variants, what each added, cut or changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from alerts.disagreeing import HIDDEN, shown_pairs
from alerts.mask import clean, shown
from alerts.original import fate, name_of, original, outlived
from alerts.people import NOBODY, People, people
from alerts.render_json import safe, safe_origin, stamp
from alerts.rewriting import Rewriting, compare, differences
from alerts.whence import from_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from storage.stories import Story, Teller

_SENTENCES = 3  # of what a copy added or cut, in lines for people; JSON has all
_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One page beside the original. `kin`: original, copy or variant; `rewriting` is what it made of the original."""

    page: Teller
    kin: str
    rewriting: Rewriting


def told(pages: Sequence[Teller]) -> list[Told]:
    """The pages of a story, the original first, then in the order in which they were seen."""
    first = original(pages)
    if first is None:
        return [Told(page=page, kin="original", rewriting=Rewriting()) for page in pages]
    rest = [page for page in pages if page.page_id != first.page.page_id]
    return [Told(page=first.page, kin="original", rewriting=Rewriting()), *(_beside(first.page, page) for page in rest)]


def _beside(first: Teller, page: Teller) -> Told:
    made = compare(first.body, page.body)
    differing = made.differences or differences(first.title, page.title)
    return Told(page=page, kin="variant" if differing else "copy", rewriting=made)


def _people(pages: Sequence[Teller]) -> People:
    """Whom any page of a story names: what two of them differ in is a bare name that nothing tells for one."""
    return reduce(or_, (people(f"{page.title}\n{page.body}") for page in pages), NOBODY)


def story_object(story: Story) -> dict[str, object]:
    """A story as JSON: `alerts show --json`, `copies --json`."""
    first, survived, known = original(story.pages), outlived(story.pages), _people(story.pages)
    shape: dict[str, object] = {
        "cluster": story.cluster,
        "pages": story.count,
        "original": {"url": first.page.url, "reason": safe(first.reason, known)} if first else None,
        "members": [_object(one, first.page.body if first else "", known) for one in told(story.pages)],
    }
    if survived:
        shape["outlived"] = {
            "how": survived.how,
            "since": stamp(survived.since) if survived.since else None,
            "alive": [page.url for page in survived.alive],
        }
    return shape


def _object(one: Told, original_body: str, known: People) -> dict[str, object]:
    page, made = one.page, one.rewriting
    return {
        "url": page.url,
        "snapshot": page.snapshot,
        "source": page.source.id if page.source else None,
        **safe_origin(page.origin, known),
        "published": page.published,
        "first_seen": stamp(page.first_seen),
        "title": safe(page.title, known),
        "kin": one.kin,
        "fate": fate(page) or None,
        "differences": [list(pair) for pair in shown_pairs(made.differences, (original_body, page.body), known, safe)],
        "added": [safe(sentence, known) for sentence in made.added],
        "cut": [safe(sentence, known) for sentence in made.cut],
        "reworded": [[safe(mine, known), safe(theirs, known)] for mine, theirs in made.reworded],
    }


def story_lines(story: Story, zone: tzinfo) -> Iterator[str]:
    """A story in lines for a person, masked and clean, its times in `zone`; nothing of one page alone."""
    first, survived = original(story.pages, zone), outlived(story.pages)
    if first is None:
        return
    whence = f"{clean(first.page.url)}{from_list(first.page.origin.carried_by)}"
    yield f"{'story:':<12}{story.count} pages; original {whence}: {first.reason}"
    known = _people(story.pages)
    for one in told(story.pages)[1 : _PAGES + 1]:
        yield from _lines(one, first.page.body, known)
    if story.count > _PAGES + 1:
        yield f"  … and {story.count - _PAGES - 1} more pages"
    if survived:
        yield outlived_line(story.pages)


def _lines(one: Told, original_body: str, known: People) -> Iterator[str]:
    page, made = one.page, one.rewriting
    dated = (page.published or "undated")[:10]
    fared = f", {fate(page)}" if fate(page) else ""
    name = shown(name_of(page), known) + from_list(page.origin.carried_by)
    yield f"  {one.kin:<10}{clean(page.url)}  {name}, {dated}{fared}"
    if made.differences:
        pairs = shown_pairs(made.differences, (original_body, page.body), known)
        yield "    differs: " + ("; ".join(f"{mine} -> {theirs}" for mine, theirs in pairs) or HIDDEN)
    for label, sentences in (("added", made.added), ("cut", made.cut)):
        for sentence in sentences[:_SENTENCES]:
            yield f"    {label}: {shown(sentence, known)}"
        if len(sentences) > _SENTENCES:
            yield f"    {label}: … and {len(sentences) - _SENTENCES} more sentences"
    if made.reworded:
        yield f"    reworded: {len(made.reworded)} sentence{'s' if len(made.reworded) > 1 else ''}"


def outlived_line(pages: Sequence[Teller]) -> str:
    """`the original is gone since 2026-11-20; 2 pages still show its text: …`; empty where it is not so."""
    survived = outlived(pages)
    if survived is None:
        return ""
    since = f" since {survived.since:%Y-%m-%d}" if survived.since else ""
    count = len(survived.alive)
    still = f"{count} page{'s' if count > 1 else ''} still show{'' if count > 1 else 's'} its text"
    alive = ", ".join(clean(page.url) for page in survived.alive[:5])
    return f"  outlived: the original is {survived.how}{since}; {still}: {alive}"
