"""The stories of the snapshots that alert: each new text looked up by its keys, proved on the texts, and joined.

A story is what hangs together by proofs, whichever text came first: a text that proves to belong to two stories
makes them one. Bounded, and there alone the order of arrival tells: of a key that more than 200 texts share the
newest are looked at, of all candidates the 200 that share most keys, and of them 8 stories.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from alerts import syndication
from alerts.syndication import Kinship, Read, Sketch, Text, kinship, likeness, sketch
from storage import copies, documents
from storage.copies import Member

if TYPE_CHECKING:
    from storage.database import Connection, Database
    from storage.findings import Document, Snapshot
    from storage.records import CaptureId

VERSION = syndication.VERSION

_CANDIDATES = 200
_STORIES = 8
_PROOFS = 2  # of one story: its members are alike, but a variant of one may be too far from another
# Where sketches say that less is shared, the proof, which asks for 80 %, is spared; 30 % do under one title.
_WORTH_A_PROOF = 0.4
_WORTH_A_PROOF_WITH_TITLE = 0.15
_READ_AT_ONCE = 128
_BATCH = 200


class Copies:
    """The stories as they stand, over the index in the database; a few texts are kept ready between look-ups."""

    def __init__(self) -> None:
        self._texts: OrderedDict[CaptureId, Read] = OrderedDict()

    def catch_up(self, database: Database) -> None:
        """Bring into stories what alerted and is in none: all of it where another version made the index."""
        with database.write() as conn:
            copies.forget_others(conn, version=VERSION)
        after = 0
        while True:
            with database.write() as conn:
                ids = copies.outside(conn, after, _BATCH)
                for snapshot in documents.snapshots_by_id(conn, ids):
                    document = documents.of_snapshot(conn, snapshot)
                    if document is not None:
                        copies.name_alerts(conn, snapshot.id, self.join(conn, snapshot, document))
            if len(ids) < _BATCH:
                return
            after = ids[-1]

    def join(self, conn: Connection, snapshot: Snapshot, document: Document, known_sketch: Sketch | None = None) -> str:
        """The story of a snapshot, which it joins where it is new or its text was read otherwise before."""
        text = text_of(document)
        made = known_sketch or sketch(text)
        known = copies.by_ids(conn, [snapshot.id]).get(snapshot.id)
        if known is not None:
            if known.digest == made.digest:
                return known.cluster
            self._leave(conn, known)
        same = copies.twin(conn, made.digest)
        if same is not None:
            self._keep(conn, snapshot, made, same.cluster, keys=())
            return self._merge(conn, snapshot, [same.cluster])
        mine = Read(text)
        found = [cluster for cluster, _ in self.near(conn, made, mine)]
        self._keep(conn, snapshot, made, snapshot.short, keys=made.keys)
        self._remember(snapshot.id, mine)
        return self._merge(conn, snapshot, [*found, snapshot.short])

    def near(self, conn: Connection, made: Sketch, mine: Read) -> list[tuple[str, Kinship]]:
        """The stories that a text belongs to, each with what the text is of the member that proved it."""
        stories: dict[str, list[tuple[float, Member]]] = {}
        for candidate in copies.nearest(conn, made.keys, title=made.title, most=_CANDIDATES):
            member = candidate.member
            about = likeness(made, _sketch(member))
            if about >= (_WORTH_A_PROOF_WITH_TITLE if candidate.titled else _WORTH_A_PROOF):
                stories.setdefault(member.cluster, []).append((-about, member))
        proofs = {
            cluster: sorted(some, key=lambda one: (one[0], one[1].snapshot_id))[:_PROOFS]
            for cluster, some in stories.items()
        }
        found: list[tuple[str, Kinship]] = []
        for cluster in sorted(proofs, key=lambda name: (proofs[name][0][0], name))[:_STORIES]:
            for _, member in proofs[cluster]:
                theirs = self._read(conn, member.snapshot_id)
                kin = kinship(mine, theirs) if theirs else Kinship.NONE
                if kin is not Kinship.NONE:
                    found.append((cluster, kin))
                    break
        return found

    def _keep(self, conn: Connection, snapshot: Snapshot, made: Sketch, cluster: str, *, keys: tuple[int, ...]) -> None:
        member = Member(
            snapshot_id=snapshot.id, cluster=cluster, digest=made.digest, size=made.size, signature=made.signature
        )
        copies.put(conn, member, keys, version=VERSION)

    def _merge(self, conn: Connection, snapshot: Snapshot, clusters: list[str]) -> str:
        """Make one of these stories, named after its member of the lowest number."""
        names = dict.fromkeys(clusters)
        first = dict.fromkeys(names, snapshot.id) | copies.firsts_of(conn, names)
        name = min(first, key=lambda each: first[each])
        for other in first:
            if other != name:
                copies.rename(conn, other, name)
        if first[name] == snapshot.id and name != snapshot.short:
            # An older snapshot was read late: what is named after another is named after it now.
            copies.rename(conn, name, snapshot.short)
            return snapshot.short
        return name

    def _leave(self, conn: Connection, known: Member) -> None:
        """Take a member out; a twin that was found under its keys gets keys of its own."""
        copies.drop(conn, known.snapshot_id)
        self._texts.pop(known.snapshot_id, None)
        heir = copies.twin(conn, known.digest)
        theirs = self._read(conn, heir.snapshot_id) if heir else None
        if heir is not None and theirs is not None:
            copies.drop(conn, heir.snapshot_id)
            copies.put(conn, heir, sketch(theirs.text).keys, version=VERSION)
        # The story keeps no name of one who left: it would be taken for that one's new story.
        for other in documents.snapshots_by_id(conn, list(copies.firsts_of(conn, [known.cluster]).values())):
            copies.rename(conn, known.cluster, other.short)

    def _read(self, conn: Connection, number: CaptureId) -> Read | None:
        if number in self._texts:
            self._texts.move_to_end(number)
            return self._texts[number]
        found = documents.snapshots_by_id(conn, [number])
        document = documents.of_snapshot(conn, found[0]) if found else None
        if document is None:
            return None
        self._remember(number, Read(text_of(document)))
        return self._texts[number]

    def _remember(self, number: CaptureId, text: Read) -> None:
        self._texts[number] = text
        if len(self._texts) > _READ_AT_ONCE:
            self._texts.popitem(last=False)


def text_of(document: Document) -> Text:
    return Text(title=document.title, body=document.body)


def _sketch(member: Member) -> Sketch:
    return Sketch(digest=member.digest, size=member.size, signature=member.signature, keys=())
