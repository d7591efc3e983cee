"""A lead as the digest shows it: said to be possible, with the phrase that weighed most. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.digest_lines import publisher_of
from alerts.letter import Possible
from alerts.mask import shown
from alerts.people import people
from alerts.quotes import quote
from alerts.wording import words
from storage.windows import named_as

if TYPE_CHECKING:
    from alerts.leads import Lead
    from storage.findings import Document, Snapshot
    from storage.origins import Origin
    from storage.records import Source


def possible(lead: Lead, snapshot: Snapshot, document: Document, source: Source | None, origin: Origin) -> Possible:
    """What is shown of a lead: masked, with the sentence around the phrase; `origin`: whose words the text is."""
    text = document.title if lead.field == "title" else document.body
    known = people(f"{document.title}\n{document.body}")
    return Possible(
        concept=words("concept", lead.concept),
        score=lead.score,
        organ=publisher_of(named_as(source) if source else None, origin, known),
        title=shown(document.title, known) or "无标题 (no title)",
        published=document.published,
        first_seen=snapshot.captured_at,
        quote=quote(text, [(lead.start, lead.end)], known),
        field=lead.field,
        start=lead.start,
        end=lead.end,
        url=snapshot.url,
        snapshot=snapshot.short,
        origin=origin.with_names(lambda name: shown(name, known)),
    )
