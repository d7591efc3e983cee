"""The newest alerts as a feed: Atom (RFC 4287) and JSON Feed 1.1. The same alerts give the same bytes."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import jinja2

from alerts.links import http_link
from alerts.mask import clean, shown
from alerts.people import NOBODY, named_by
from alerts.whence import CARRIED
from alerts.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from alerts.digest_lines import Gloss
    from alerts.letter import Organ
    from storage.findings import Alert
    from storage.origins import Origin

# What XML 1.0 (section 2.2) has no way to write; control characters go earlier.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What an id is made from, so that it is the same for ever and no other archive's.
_SPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert as it stands in a feed; all text is masked and clean. Empty where they may not be told are `url` and
    `carried_by`, the list whose text stands for a page that nobody saw."""

    id: str
    alert: str
    title: str
    url: str
    text: str
    lang: str
    tags: tuple[str, ...]
    updated: datetime
    published: datetime
    carried_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed. `root` names the archive; `url` is where the file is served, empty where nobody knows."""

    name: str
    root: str
    title: str
    updated: datetime
    items: tuple[Item, ...]
    url: str = ""

    @property
    def id(self) -> str:
        return f"urn:uuid:{uuid.uuid5(_SPACE, f'longarm:{self.root}:feed:{self.name}')}"


def item_of(alert: Alert, organ: Organ | None, origin: Origin, *, gloss: Gloss, counts_only: bool) -> Item:
    """One alert; with `detail = "counts"` without its address and without a word of the page."""
    concept, severity = words("concept", alert.concept), words("severity", alert.severity)
    known = named_by(alert)
    tags: tuple[str, ...] = (alert.concept, str(alert.severity))
    carried_by = ""
    if counts_only:
        title, url = f"{severity.both}: alert 预警", ""
        text = f"longarm alerts show {alert.id[:12]}"
    else:
        url = http_link(alert.url)
        title = _plain(f"{severity.en}: {concept.both}: {shown(alert.title, known) or '无标题 (no title)'}")
        said = [shown(alert.quote, known)]
        said += [f"{organ.both} {organ.kind}".strip()] if organ else []
        if origin.carried_by:
            carried_by = clean(origin.carried_by)
            said.append(CARRIED)
        glosses = "; ".join(f"{term} = {english}" for term, english in gloss(alert.quote))
        said += [f"term glosses, not a translation: {shown(glosses, known)}"] if glosses else []
        said.append(f"page {(alert.published or 'undated')[:10]}, snapshot {alert.snapshot}, alert {alert.id[:12]}")
        text = _plain("\n".join(said))
        tags += tuple(one for one in (alert.province, str(alert.stance)) if one)
    return Item(
        id=f"urn:uuid:{uuid.uuid5(_SPACE, f'longarm:alert:{alert.id}')}",
        alert=alert.id,
        title=title,
        url=url,
        text=text,
        lang=alert.lang if _LANGUAGE.fullmatch(alert.lang) and alert.lang != "und" else "zh",
        tags=tuple(map(_plain, tags)),
        updated=alert.told_at,
        published=alert.first_seen,
        carried_by=carried_by,
    )


def feed_of(name: str, items: Iterable[Item], *, root: str, begun: datetime, limit: int, url: str = "") -> Feed:
    """The newest items as one feed. Its `updated` never goes back: no alert is taken away. `begun`: an empty one's."""
    newest = tuple(sorted(items, key=lambda item: (item.updated, item.published, item.id), reverse=True)[:limit])
    title = "Longarm: 全部预警 all alerts" if name == ALL else f"Longarm: {words('concept', name).both}"
    updated = newest[0].updated if newest else begun
    return Feed(name=name, root=root, title=_plain(shown(title, NOBODY)), updated=updated, items=newest, url=url)


ALL = "all"


def render_atom(feed: Feed) -> str:
    return _template().render(feed=feed, stamp=_stamp)


def render_json_feed(feed: Feed) -> str:
    """JSON Feed 1.1; what is ours stands under `_longarm`."""
    made: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title}
    if feed.url:
        made["feed_url"] = f"{feed.url}.json"
    made["items"] = [_json_item(item) for item in feed.items]
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _json_item(item: Item) -> dict[str, object]:
    made: dict[str, object] = {"id": item.id, "title": item.title, "content_text": item.text}
    if item.url:
        made["url"] = item.url
    return {
        **made,
        "date_published": _stamp(item.published),
        "date_modified": _stamp(item.updated),
        "tags": list(item.tags),
        "language": item.lang,
        "_longarm": {"alert": item.alert} | ({"carried_by": item.carried_by} if item.carried_by else {}),
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", clean(text))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("alerts", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("feed.atom.j2")
