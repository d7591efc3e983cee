"""What an edit did to a text: sentences added and removed, and the words within them. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from crawler.sameness import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A sentence keeps its closing quotes and brackets; a line break ends one too. Chinese is read character by
# character within a sentence, everything else word by word.
_SENTENCE = re.compile(r"[^。！？；!?\n]*?(?:[。！？；!?]+[”’」』）》)\"']*|\.(?=\s)|\n|$)[ \t\u3000]*\n*")
_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
# difflib is quadratic: beyond this a rewritten passage is shown as rewritten, not aligned.
_ALIGN_AT_MOST = 3000
# So many pairs of equal pieces are compared at most. Honest texts of that length have half of it; the same line
# ten thousand times over has a hundred million, and no alignment that says anything.
_PAIRS_AT_MOST = 150_000
# A run of unchanged characters this short between two changes only makes the diff unreadable.
_STRAY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text that is `same`, `removed` or `added`; `start` is its offset in the old text where removed,
    else in the new one."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Whole sentences, in the order of their text: which came, which went. A moved sentence is neither.

    `characters_added` and `_removed` count only what changed within them, spaces left out.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    characters_added: int = 0
    characters_removed: int = 0


def sentences(text: str) -> list[str]:
    """The sentences of a text, nothing lost: joined they are the text again."""
    return [found[0] for found in _SENTENCE.finditer(text) if found[0]]


def edit(old: str, new: str) -> Edit:
    """The sentences that only one of the two texts has, noise and spaces not counted."""
    before = [(plain(sentence), sentence.strip()) for sentence in sentences(old)]
    after = [(plain(sentence), sentence.strip()) for sentence in sentences(new)]
    added, removed = _only(after, before), _only(before, after)
    # The sentences that stayed are left out: what only moved is no change.
    changed = pieces("\n".join(removed), "\n".join(added))
    counts = {kind: sum(_letters(each.text) for each in changed if each.kind == kind) for kind in ("added", "removed")}
    return Edit(added=added, removed=removed, characters_added=counts["added"], characters_removed=counts["removed"])


def _letters(text: str) -> int:
    return len("".join(text.split()))


def _only(these: list[tuple[str, str]], those: list[tuple[str, str]]) -> tuple[str, ...]:
    left = Counter(key for key, _ in those)
    found = []
    for key, sentence in these:
        if not key:
            continue
        if left[key]:
            left[key] -= 1
        else:
            found.append(sentence)
    return tuple(found)


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one, for reading: runs that stayed, went and came, aligned by sentence, then by word."""
    return tuple(_merged(_aligned(old, new)))


def added_spans(old: str, new: str) -> tuple[tuple[int, int], ...]:
    """Where in the new text an edit put something, as code point spans. A sentence that only moved is old."""
    known = {plain(sentence) for sentence in sentences(old)}
    moved = []
    at = 0
    for sentence in sentences(new):
        key = plain(sentence)
        if not key or key in known:
            moved.append((at, at + len(sentence)))
        at += len(sentence)
    spans: list[tuple[int, int]] = []
    for piece in pieces(old, new):
        if piece.kind == "added":
            start, end = piece.start, piece.start + len(piece.text)
            spans.extend(_outside(start, end, moved))
    return tuple(spans)


def _outside(start: int, end: int, excluded: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for low, high in excluded:
        if high <= start or low >= end:
            continue
        if start < low:
            yield start, low
        start = max(start, high)
    if start < end:
        yield start, end


def _aligned(old: str, new: str) -> Iterator[Piece]:
    before, after = sentences(old), sentences(new)
    old_at, new_at = _offsets(before), _offsets(after)
    for kind, i1, i2, j1, j2 in _opcodes([plain(s) for s in before], [plain(s) for s in after]):
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal":
            yield Piece(kind="same", text=come, start=new_at[j1])
        elif kind == "replace":
            yield from _by_word(gone, come, old_at[i1], new_at[j1])
        else:
            yield from _changed(gone, come, old_at[i1], new_at[j1])


def _by_word(gone: str, come: str, old_at: int, new_at: int) -> Iterator[Piece]:
    before, after = _TOKEN.findall(gone), _TOKEN.findall(come)
    if max(len(before), len(after)) > _ALIGN_AT_MOST:
        yield from _changed(gone, come, old_at, new_at)
        return
    old_starts, new_starts = _offsets(before), _offsets(after)
    codes = _opcodes(before, after)
    for place, (kind, i1, i2, j1, j2) in enumerate(codes):
        removed, added = "".join(before[i1:i2]), "".join(after[j1:j2])
        stray = 0 < place < len(codes) - 1 and len(added.strip()) < _STRAY
        if kind == "equal" and not stray:
            yield Piece(kind="same", text=added, start=new_at + new_starts[j1])
        else:
            yield from _changed(removed, added, old_at + old_starts[i1], new_at + new_starts[j1])


def _opcodes(before: Sequence[str], after: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """difflib's opcodes; where the two repeat themselves too often to be aligned, their common ends and one change."""
    counts = Counter(before)
    if sum(counts[piece] for piece in after) <= _PAIRS_AT_MOST:
        return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old_end, new_end = len(before) - tail, len(after) - tail
    codes = (
        ("equal", 0, head, 0, head),
        ("replace", head, old_end, head, new_end),
        ("equal", old_end, len(before), new_end, len(after)),
    )
    return [code for code in codes if code[1] < code[2] or code[3] < code[4]]


def _changed(gone: str, come: str, old_at: int, new_at: int) -> Iterator[Piece]:
    if gone:
        yield Piece(kind="removed", text=gone, start=old_at)
    if come:
        yield Piece(kind="added", text=come, start=new_at)


def _merged(found: Iterable[Piece]) -> Iterator[Piece]:
    """Changes that follow each other as one removal, then one addition."""
    waiting: dict[str, Piece] = {}
    for piece in found:
        if piece.kind == "same":
            yield from _flush(waiting)
            yield piece
        elif piece.kind in waiting:
            first = waiting[piece.kind]
            waiting[piece.kind] = Piece(kind=piece.kind, text=first.text + piece.text, start=first.start)
        else:
            waiting[piece.kind] = piece
    yield from _flush(waiting)


def _flush(waiting: dict[str, Piece]) -> Iterator[Piece]:
    for kind in ("removed", "added"):
        if kind in waiting:
            yield waiting.pop(kind)


def _offsets(parts: Sequence[str]) -> list[int]:
    starts, at = [0], 0
    for part in parts:
        at += len(part)
        starts.append(at)
    return starts
