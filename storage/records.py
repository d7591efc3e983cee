"""What was asked and what came back: the frozen records that the truth tables hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

SourceId = NewType("SourceId", str)
FeedId = NewType("FeedId", str)
PageId = NewType("PageId", int)
CaptureId = NewType("CaptureId", int)
Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""

Clock = Callable[[], datetime]
"""The time now, UTC aware. Passed in, never read where it is used."""

Headers = tuple[tuple[str, str], ...]
"""Header lines in order; values are latin-1 text, so that every byte comes back."""


class CaptureKind(StrEnum):
    RESPONSE = "response"
    REVISIT = "revisit"
    ERROR = "error"


class ErrorClass(StrEnum):
    """Why a look or a source failed (interface.md, `sources list`)."""

    DNS = "dns"
    CONNECT = "connect"
    TIMEOUT = "timeout"
    RESET = "reset"
    TLS = "tls"
    HTTP = "http"
    BLOCKED = "blocked"
    ROBOTS = "robots"
    PARSE = "parse"


class Role(StrEnum):
    """What a URL is to us: a page of a list, a page a list leads to, or a look of our own."""

    FEED = "feed"
    PAGE = "page"
    PART = "part"
    ROBOTS = "robots"
    PROBE = "probe"
    ASSET = "asset"
    """What an imported page shows but no one reads as a page: an image, a style, a script."""


class Reason(StrEnum):
    DISCOVERED = "discovered"
    RECHECK = "recheck"
    MANUAL = "manual"
    RETRY = "retry"
    COMPARE = "compare"
    """From another vantage than the usual one: what it sees is set beside what that one saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    depth: int = 1
    max_list_pages: int = 3


Option = str | int | tuple[str, ...]
"""A value under `options:` of a source or feed; its platform says what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One place where a source lists what is new. `id` is the source's id, a slash and the URL's key.

    `same`: what makes no other page on this host, of `https` and `www` (`storage.urls.unified`).
    """

    id: FeedId
    source_id: SourceId
    url: str
    name: str | None = None
    platform: str = "auto"
    every_seconds: int = 6 * 3600
    follow: Follow = field(default_factory=Follow)
    options: Mapping[str, Option] = field(default_factory=dict)
    same: tuple[str, ...] = ()

    @property
    def is_page(self) -> bool:
        """Whether its address is itself the page to watch, and no list that leads to pages."""
        return self.platform == "urls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An organ we watch. `origin` is `shipped`, `user`, or the path given to `--sources`.

    `needs`: what a person must find out first; only such a source may be without a feed, and it is never on.
    `vantages` are further ways out, to compare with what is seen from `vantage`; `render_hosts` are hosts a rendered
    page may fetch from, beside those of its lists and its own.
    """

    id: SourceId
    name_zh: str | None
    name_en: str | None
    agency: str
    level: str
    province: str | None
    place: str | None
    lang: str | None
    feeds: tuple[Feed, ...]
    enabled: bool = True
    robots: str | None = None
    every_seconds: int = 6 * 3600
    vantage: str = "default"
    vantages: tuple[str, ...] = ()
    proxy_only: bool = False
    render: bool = False
    render_hosts: tuple[str, ...] = ()
    silent_after_seconds: int | None = None
    verified: bool = True
    needs: str | None = None
    origin: str = "user"

    @property
    def name(self) -> str:
        return self.name_zh or self.name_en or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link seen in one feed. `listed_on` is the list row's own date, ISO (day or minute), or None.

    `layout` is the newspaper's page it is printed on, as people cite it (`第03版：要闻`); `account` is who publishes
    it, where the list says so (a public account, in a feed of many).
    """

    url: str
    title: str = ""
    listed_on: str | None = None
    layout: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What one list page said. `finished` closes the walk over the feed: all its pages are read.

    `listed` counts the entries that stood there and `dated` those of them with a date, whether they are wanted or not.
    """

    feed_id: FeedId
    capture_id: CaptureId
    page_number: int
    entries: tuple[Entry, ...]
    finished: bool
    platform: str
    error: ErrorClass | None = None
    message: str | None = None
    listed: int | None = None
    dated: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What TLS showed. `verified` is None where it was not tried; hashes are of the DER certificates."""

    version: str | None = None
    cipher: str | None = None
    verified: bool | None = None
    error: str | None = None
    chain_sha256: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One redirect on the way to the answer, or a request that a rendered page made; `body` as sent, of a long one the
    beginning (`truncated`)."""

    url: str
    status: int
    reason: str
    request_headers: Headers
    response_headers: Headers
    body: bytes
    location: str | None
    remote_ip: str | None
    elapsed_ms: int
    tls: TlsFacts | None = None
    method: str = "GET"
    request_body: bytes = b""
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """What the page's last answered look left: enough to ask conditionally and to write a revisit."""

    capture_id: CaptureId
    record_sha256: Sha256
    record_id: str
    captured_at: datetime
    payload_sha256: Sha256
    etag: str | None = None
    last_modified: str | None = None
    # Where the redirects led; None: nowhere. The validators are that address's, and that way's alone who asked it.
    final_url: str | None = None
    vantage: str | None = None


CARRIED = "list:item"
"""How a look came to us whose text is the one that its page's list carries, and not the page's own."""

FROM_LIST = "from its list: "
"""What such a look's message begins with."""

UNRENDERED = "not rendered: "
"""What a capture's message begins with where a browser should have filled in its page, and did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What a browser made of an answer: the page's tree as UTF-8, or why there is none.

    `fetched` and `refused` count what the page asked for beside itself; `failed` what a server in trouble answered, or
    nobody. `answers` is what its content came from; `scripts`, which many pages of a site share, are kept once a run.
    """

    dom: bytes = b""
    browser: str | None = None
    failure: str | None = None
    fetched: int = 0
    refused: int = 0
    failed: int = 0
    answers: tuple[Hop, ...] = ()
    scripts: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """How an imported look came to us. Its own time and address are the exchange's; these are the import's.

    `how` is `import:KIND`; `file` the name of the imported file, `sha256` its hash; `at` when it was imported, by
    `operator`; `time_from` says who told the look's time: `file`, `option`, or `mtime` (the file's own, for want of a
    better). `http` is false where the file holds no HTTP answer: its status and header lines are then ours.
    `record` names the record within the file; `note` is the operator's, `made` what was changed on the way.
    `CARRIED` is a text that a list carries: `file` is the list's address, `record` the list's capture.
    `publisher` is who published it, as the operator says.
    """

    how: str
    file: str
    sha256: Sha256
    at: datetime
    operator: str | None = None
    time_from: str = "file"
    http: bool = True
    record: str | None = None
    note: str | None = None
    made: str | None = None
    publisher: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file kept beside a look as it was given: a page as its browser saved it, or a file that page came with."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One look at a page: the request, its redirects, and the answer or the failure.

    `body` is as sent after TLS and transfer-coding, before content-decoding. With `error` in
    (dns, connect, timeout, reset, tls, robots) there is no status; `http` and `blocked` have one.
    """

    url: str
    role: Role
    reason: Reason
    source_id: SourceId | None
    feed_id: FeedId | None
    vantage: str
    started_at: datetime
    finished_at: datetime
    method: str = "GET"
    request_headers: Headers = ()
    request_body: bytes = b""
    final_url: str | None = None
    status: int | None = None
    http_reason: str = ""
    response_headers: Headers = ()
    body: bytes = b""
    truncated: bool = False
    declared_length: int | None = None
    remote_ip: str | None = None
    remote_port: int | None = None
    protocol: str | None = None
    via_proxy: bool = False
    tls: TlsFacts | None = None
    robots_policy: str | None = None
    robots_allowed: bool | None = None
    robots_sha256: Sha256 | None = None
    hops: tuple[Hop, ...] = ()
    error: ErrorClass | None = None
    message: str | None = None
    previous: Previous | None = None
    part_of: str | None = None
    part_number: int | None = None
    next_due_at: datetime | None = None
    via: Via | None = None
    originals: tuple[Original, ...] = ()
    rendering: Rendering | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The index row of one exchange. `id` is its ledger number; people see `short`."""

    id: CaptureId
    record_id: str
    record_sha256: Sha256
    page_id: PageId
    url: str
    role: Role
    source_id: SourceId | None
    feed_id: FeedId | None
    run_id: str
    captured_at: datetime
    vantage: str
    kind: CaptureKind
    status: int | None
    error: ErrorClass | None
    message: str | None
    truncated: bool
    final_url: str | None
    media_type: str | None
    charset: str | None
    content_encoding: str | None
    etag: str | None
    last_modified: str | None
    payload_sha256: Sha256 | None
    payload_length: int | None
    refers_to: CaptureId | None
    warc_file: str
    warc_offset: int
    warc_length: int
    via: Mapping[str, Any] | None = None

    @property
    def short(self) -> str:
        """The id a person sees: the first 32 hex digits of the record's hash (evidence.md, section 2)."""
        return self.record_sha256[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    id: PageId
    url_key: str
    url: str
    source_id: SourceId | None
    role: Role
    part_of: PageId | None = None
    part_number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    id: str
    started_at: datetime
    code_version: str
    settings_digest: str


Stats = Mapping[str, Any]
