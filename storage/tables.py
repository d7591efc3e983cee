"""The ground truth of the schema, for SQLite and PostgreSQL alike; migrations are tested against it.

First truth: append-only, the database itself refuses UPDATE and DELETE. Then what can be made again: operational
rows (what is due) here, derived rows (what a stage made of captures) in `derived_tables`.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Digest, Moment, Number, metadata

# --- truth ---------------------------------------------------------------------------------------

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    sa.Column("time", sa.String(20), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("record_sha256", Digest, nullable=False),
    sa.Column("prev", Digest, nullable=False),
    sa.Column("chain", Digest, nullable=False),
)

# What a ledger line that is not a capture stands for: its canonical JSON, and the subject it is told once for.
act = sa.Table(
    "act",
    metadata,
    sa.Column("seq", Number, sa.ForeignKey("ledger.seq"), primary_key=True, autoincrement=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_act_event_subject", "event", "subject", unique=True),
    sa.Index("ix_act_at", "at"),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("event", sa.String(8), primary_key=True),  # begin, end
    sa.Column("at", Moment, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("settings_digest", Digest, nullable=False),
    sa.Column("stats", sa.JSON, nullable=True),
)

warc_seal = sa.Table(
    "warc_seal",
    metadata,
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("sha256", Digest, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("sealed_at", Moment, nullable=False),
)

# Every source, feed and rule as it ever was.
definition = sa.Table(
    "definition",
    metadata,
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", Digest, primary_key=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
)

review = sa.Table(
    "review",
    metadata,
    sa.Column("id", sa.String(26), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("analyst", sa.Text, nullable=False),
    sa.Column("subject_kind", sa.String(16), nullable=False),
    sa.Column("subject_key", sa.Text, nullable=False),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Index("ix_review_subject_kind_subject_key", "subject_kind", "subject_key"),
)

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # digest:DATE, now:…, or an alert's id
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("event", sa.String(8), primary_key=True),  # planned, sent, failed, refused, dropped; told, begun
    sa.Column("at", Moment, primary_key=True),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("body_sha256", Digest, nullable=True),
    sa.Column("message", sa.Text, nullable=True),
    sa.Index("ix_delivery_event_at", "event", "at"),
)

# The windows of digests that closed; `day` is the one they closed on.
closing = sa.Table(
    "closing",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("start_at", Moment, nullable=False),
    sa.Column("end_at", Moment, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
)

capture = sa.Table(
    "capture",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=False),  # = ledger.seq
    sa.Column("record_id", sa.LargeBinary(16), nullable=False),
    sa.Column("record_sha256", Digest, nullable=False, unique=True),
    sa.Column("page_id", Number, nullable=False),
    sa.Column("feed_id", sa.Text, nullable=True),
    sa.Column("run_id", sa.String(26), nullable=False),
    sa.Column("captured_at", Moment, nullable=False),
    sa.Column("vantage", sa.Text, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=True),
    sa.Column("error", sa.String(8), nullable=True),
    sa.Column("message", sa.Text, nullable=True),
    sa.Column("truncated", sa.Boolean, nullable=False, default=False),
    sa.Column("final_url", sa.Text, nullable=True),  # null where it is the page's own
    sa.Column("media_type", sa.Text, nullable=True),
    sa.Column("charset", sa.Text, nullable=True),
    sa.Column("content_encoding", sa.Text, nullable=True),
    sa.Column("etag", sa.Text, nullable=True),
    sa.Column("last_modified", sa.Text, nullable=True),
    sa.Column("payload_sha256", Digest, nullable=True),  # null on a revisit: see refers_to
    sa.Column("payload_length", sa.BigInteger, nullable=True),
    sa.Column("compares", sa.Boolean, nullable=False, server_default=sa.false()),  # from a second vantage
    sa.Column("refers_to", Number, nullable=True),  # the response capture whose payload a revisit repeats
    sa.Column("warc_file", sa.Text, nullable=False),
    sa.Column("warc_offset", sa.BigInteger, nullable=False),
    sa.Column("warc_length", sa.BigInteger, nullable=False),
    sa.Column("via", sa.JSON(none_as_null=True), nullable=True),  # an imported look: how it came to us
    sa.Index("ix_capture_page_id_id", "page_id", "id"),
    # Imported looks are few, and each look at a page asks whether it has any.
    sa.Index(
        "ix_capture_imported",
        "page_id",
        "captured_at",
        sqlite_where=sa.text("via IS NOT NULL"),
        postgresql_where=sa.text("via IS NOT NULL"),
    ),
)

# --- identities and mirrors ------------------------------------------------------------------------

page = sa.Table(
    "page",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("url_key", sa.Text, nullable=False, unique=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=True),
    sa.Column("feed_id", sa.Text, nullable=True),
    sa.Column("role", sa.String(8), nullable=False),
    sa.Column("part_of", Number, nullable=True),
    sa.Column("part_number", sa.Integer, nullable=True),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Index("ix_page_source_id", "source_id"),
    sa.Index("ix_page_part_of", "part_of"),
)

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", Digest, nullable=False),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("enabled", sa.Boolean, nullable=False),
    sa.Column("retired_at", Moment, nullable=True),
)

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("digest", Digest, nullable=False),
    sa.Column("definition", sa.JSON, nullable=False),
    sa.Column("retired_at", Moment, nullable=True),
    sa.Index("ix_feed_source_id", "source_id"),
)

# --- operational: what is due --------------------------------------------------------------------

feed_state = sa.Table(
    "feed_state",
    metadata,
    sa.Column("feed_id", sa.Text, primary_key=True),
    sa.Column("next_due_at", Moment, nullable=False),
    sa.Column("platform", sa.Text, nullable=True),  # what `auto` recognised
    sa.Column("last_finished_at", Moment, nullable=True),
    sa.Column("unfinished", sa.Boolean, nullable=False, default=False),  # a walk was begun and not ended
    sa.Column("failures", sa.Integer, nullable=False, default=0),  # in a row
    sa.Column("last_ok", Moment, nullable=True),
    sa.Column("last_new", Moment, nullable=True),
    sa.Column("error", sa.String(8), nullable=True),
    sa.Column("error_since", Moment, nullable=True),
    sa.Column("message", sa.Text, nullable=True),
    sa.Index("ix_feed_state_next_due_at", "next_due_at"),
)

page_state = sa.Table(
    "page_state",
    metadata,
    sa.Column("page_id", Number, primary_key=True, autoincrement=False),
    sa.Column("next_due_at", Moment, nullable=True),  # null: nothing asks for it (a list page, robots.txt)
    sa.Column("last_capture_id", Number, nullable=True),
    sa.Column("good_capture_id", Number, nullable=True),  # the last 2xx: its validators, its payload
    sa.Column("run_id", sa.String(26), nullable=True),  # the run that looked last: one look a run
    sa.Column("looks", sa.Integer, nullable=False, default=0),
    sa.Index("ix_page_state_next_due_at", "next_due_at"),
)

# The record of a page's last full capture, deflated: what the next look is compared with, so that an unchanged one
# says only what differs. A copy of what the WARC holds; apart from page_state, whose rows change at every look.
page_known = sa.Table(
    "page_known",
    metadata,
    sa.Column("page_id", Number, primary_key=True, autoincrement=False),
    sa.Column("capture_id", Number, nullable=False),
    sa.Column("record", sa.LargeBinary, nullable=False),
)

# One row for each link of each feed, however often the list is read again: the frontier is a query on it.
entry = sa.Table(
    "entry",
    metadata,
    sa.Column("feed_id", sa.Text, primary_key=True),
    sa.Column("url_key", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("listed_on", sa.Text, nullable=True),
    sa.Column("first_capture_id", Number, nullable=False),
    sa.Column("last_capture_id", Number, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),  # seen in a reading that was finished
    sa.Column("layout", sa.Text, nullable=True),  # a newspaper's page: 第03版：要闻
    sa.Column("account", sa.Text, nullable=True),  # who publishes it, where the list says so
    sa.Column("textless_id", Number, nullable=True),  # the list looked through last for its text, which had none
    sa.Index("ix_entry_url_key", "url_key"),
)

reading = sa.Table(
    "reading",
    metadata,
    sa.Column("capture_id", Number, primary_key=True, autoincrement=False),
    sa.Column("feed_id", sa.Text, nullable=False),
    sa.Column("page_number", sa.Integer, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("new", sa.Integer, nullable=False),
    sa.Column("listed", sa.Integer, nullable=True),  # before `--since` leaves any out
    sa.Column("dated", sa.Integer, nullable=True),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("error", sa.String(8), nullable=True),
    sa.Column("message", sa.Text, nullable=True),
    sa.Column("at", Moment, nullable=False),
    sa.Index("ix_reading_feed_id_capture_id", "feed_id", "capture_id"),
)

# How deep a feed's archive has been walked by `crawl --since`: where a killed or bounded walk goes on.
backfill = sa.Table(
    "backfill",
    metadata,
    sa.Column("feed_id", sa.Text, primary_key=True),
    sa.Column("since", sa.String(10), nullable=False),  # the day it goes back to
    sa.Column("at", Moment, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),  # list pages read
    sa.Column("undated", sa.Integer, nullable=False),  # of them, those whose entries show no date
    sa.Column("missing", sa.Integer, nullable=False),  # announced, and not there
    sa.Column("oldest", sa.Text, nullable=True),  # the oldest day a list page showed
    sa.Column("ended", sa.Text, nullable=True),  # why the walk is over; null: it is not
    sa.Column("place", sa.JSON(none_as_null=True), nullable=True),  # what to ask next
)

progress = sa.Table(
    "progress",
    metadata,
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("cursor", Number, nullable=False),
    sa.Column(
        "baseline", Number, nullable=False, default=0
    ),  # subjects up to here were read before this stage was born
    sa.Column("at", Moment, nullable=False),
)

pending = sa.Table(
    "pending",
    metadata,
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("subject_id", Number, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("reason", sa.String(12), nullable=False),  # retry, quarantined
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

TRUTH = (ledger, act, run, warc_seal, definition, review, delivery, closing, capture)
