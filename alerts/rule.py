"""One rule as compiled: what it looks for, what holds it back, where it applies, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.records import Sha256

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from alerts.expression import Node
    from alerts.reading import Reading
    from alerts.vocabulary import Span
    from storage.findings import Severity

REACHES = ("sentence", "paragraph", "text")
WHERE_KEYS = ("lang", "agency", "level", "province", "source", "field", "published")
EXAMPLE_KEYS = (
    "text",
    "title",
    "lang",
    "agency",
    "level",
    "province",
    "source",
    "published",
    "publisher",
    "attachment",
)
FIELDS = ("title", "body", "attachment", "any")
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja "
    "jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
    "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq "
    "sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
)
LANGUAGES = frozenset(_ISO_639_1.split())
"""The languages that a rule may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Holds a hit back where one of `words` is within `reach`: a distance in characters, or in sentences (`2s`), one
    of REACHES, or `span` (contains it).

    `final`: no rescue helps (those of all rules: a drama stays a drama, a longer word stays another word).
    `place`: where it stands, FILE:LINE, which may be another file than its rule's.
    """

    id: str
    reach: int | str
    words: Node
    final: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What labels a hit, or makes it graver or lighter: words within reach, as of an exclusion; `said` is why.

    `is_deadline`: a day by which something is due stands in the paragraph, and the page is not older than it.
    """

    id: str
    reach: int | str
    words: Node
    said: str
    is_deadline: bool = False

    def holds(self, reading: Reading, span: Span) -> bool:
        return reading.meets(span, self.words, self.reach)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text that must, or must not, raise a rule; `facts` are what is known of it besides (EXAMPLE_KEYS)."""

    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of `where`: the values it takes, and those it must not have."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    def holds(self, value: str | None) -> bool:
        if value in self.unwanted:
            return False
        return not self.wanted or value in self.wanted

    def takes(self, values: AbstractSet[str]) -> bool:
        """The same of what is several things at once."""
        return self.unwanted.isdisjoint(values) and (not self.wanted or not self.wanted.isdisjoint(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`digest` covers all that can change what the rule finds, its sets included: it is the stage's version.

    `evasions`: whether it also reads the evasion layer; None: as the settings say.
    """

    id: str
    concept: str
    severity: Severity
    match: Node
    digest: Sha256
    excludes: tuple[Exclusion, ...] = ()
    rescue: Node | None = None
    labels: tuple[Cue, ...] = ()
    raises: tuple[Cue, ...] = ()
    lowers: tuple[Cue, ...] = ()
    where: Mapping[str, Condition] = field(default_factory=dict)
    published_from: str | None = None
    published_to: str | None = None
    alerts: tuple[Example, ...] = ()
    silent: tuple[Example, ...] = ()
    evasions: bool | None = None
    enabled: bool = True
    note: str = ""
    since: str | None = None
    place: str = ""

    @property
    def version(self) -> str:
        """What names the rule's version to people: enough of the digest to tell two apart."""
        return self.digest[:12]


def digest_of(definition: Mapping[str, object]) -> Sha256:
    """SHA-256 of a definition's canonical JSON."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Sha256(hashlib.sha256(text.encode()).hexdigest())
