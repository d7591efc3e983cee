"""The derived half of the schema: what a stage made of captures, refilled by its stage when its version changes."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Digest, Moment, Number, metadata

document = sa.Table(
    "document",
    metadata,
    sa.Column("capture_id", Number, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("published", sa.Text, nullable=True),
    sa.Column("published_precision", sa.String(8), nullable=False),
    sa.Column("publisher", sa.Text, nullable=True),
    sa.Column("author", sa.Text, nullable=True),
    sa.Column("lang", sa.String(8), nullable=False),
    sa.Column("script", sa.String(8), nullable=False),
    sa.Column("charset", sa.Text, nullable=False),
    sa.Column("platform", sa.Text, nullable=True),
    sa.Column("extra", sa.JSON, nullable=False),  # links, parts, attachments, page_starts, redirect, notice, …
    sa.Column("version", sa.Text, nullable=False),
)

# Which pages an article leads to as files of its own, and by which words: a file may belong to several articles.
attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("page_id", Number, primary_key=True, autoincrement=False),  # the article's
    sa.Column("url_key", sa.Text, primary_key=True),  # the file's
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("capture_id", Number, nullable=False),  # the newest look at the article that named it
    sa.Index("ix_attachment_url_key", "url_key"),
)

verdict = sa.Table(
    "verdict",
    metadata,
    sa.Column("capture_id", Number, primary_key=True, autoincrement=False),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("gone_as", sa.String(16), nullable=True),
    sa.Column("blocked_by", sa.Text, nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("version", sa.SmallInteger, nullable=False),
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=False),  # the capture that showed it first
    sa.Column("page_id", Number, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("parts", sa.JSON, nullable=False),  # capture ids whose documents make its text
    sa.Column("text_sha256", Digest, nullable=False),  # of folded title, date and body without noise
    sa.Column("version", sa.SmallInteger, nullable=False),
    sa.UniqueConstraint("page_id", "ordinal"),
)

standing = sa.Table(
    "standing",
    metadata,
    sa.Column("page_id", Number, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("alive", sa.Boolean, nullable=False, default=False),  # seen alive once: what never was is no takedown
    sa.Column("gone_as", sa.String(16), nullable=True),
    sa.Column("signs", sa.Integer, nullable=False, default=0),
    sa.Column("first_sign_at", Moment, nullable=True),
    sa.Column("troubles", sa.Integer, nullable=False, default=0),
    sa.Column("first_trouble_at", Moment, nullable=True),
    sa.Column("confirmed", sa.Integer, nullable=False, default=0),  # looks since it is gone
    sa.Column("hidden", sa.Text, nullable=True),  # the vantages that see it alive while the usual one does not
    sa.Index("ix_standing_state", "state"),
)

takedown = sa.Table(
    "takedown",
    metadata,
    sa.Column("page_id", Number, primary_key=True, autoincrement=False),
    sa.Column("capture_id", Number, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("from_state", sa.String(16), nullable=False),
    sa.Column("to_state", sa.String(16), nullable=False),
    sa.Column("gone_as", sa.String(16), nullable=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("version", sa.SmallInteger, nullable=False),
)

# What one run saw of one feed, in numbers: the past that alarms and the schedule learn from.
feed_look = sa.Table(
    "feed_look",
    metadata,
    sa.Column("feed_id", sa.Text, primary_key=True),
    sa.Column("capture_id", Number, primary_key=True, autoincrement=False),  # the last of the run's list pages
    sa.Column("run_id", sa.String(26), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("error", sa.String(8), nullable=True),
    sa.Column("platform", sa.Text, nullable=True),
    sa.Column("listed", sa.Integer, nullable=True),
    sa.Column("dated", sa.Integer, nullable=True),
    sa.Column("fresh", sa.Integer, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("pages_dated", sa.Integer, nullable=False),
    sa.Column("pages_with_text", sa.Integer, nullable=False),
    sa.Column("host", sa.Text, nullable=True),
    sa.Column("address", sa.Text, nullable=True),
    sa.Column("issuer", sa.Text, nullable=True),
    sa.Column("tls_error", sa.Text, nullable=True),
    sa.Column("version", sa.SmallInteger, nullable=False),
)

alarm = sa.Table(
    "alarm",
    metadata,
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("feed_id", sa.Text, primary_key=True),  # empty: about the source as a whole
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("raised_at", Moment, primary_key=True),
    sa.Column("since", Moment, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("cleared_at", Moment, nullable=True),
    sa.Column("version", sa.SmallInteger, nullable=False),
)

hit = sa.Table(
    "hit",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("snapshot_id", Number, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("concept", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),  # Hit or Suppressed, as JSON
    sa.Column("suppressed", sa.Text, nullable=True),  # the exclusion's id
    sa.Column("is_new", sa.Boolean, nullable=False),  # not in the page's snapshot before
    sa.Column("version", sa.Text, nullable=False),
    sa.Index("ix_hit_snapshot_id", "snapshot_id"),
    sa.Index("ix_hit_variant_snapshot_id", "variant", "snapshot_id"),
)

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("concept", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("severity", sa.String(8), nullable=False),
    sa.Column("told_at", Moment, nullable=False),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("page_id", Number, nullable=False),
    sa.Column("snapshot_id", Number, nullable=False),
    sa.Column("cluster", sa.Text, nullable=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Index("ix_alert_told_at", "told_at"),
    sa.Index("ix_alert_page_id", "page_id"),
    sa.Index("ix_alert_snapshot_id", "snapshot_id"),
)

# What a text that alerted says in figures, dates and sanctions; `body` is the Claim.
claim = sa.Table(
    "claim",
    metadata,
    sa.Column("snapshot_id", Number, primary_key=True, autoincrement=False),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("alert_id", sa.String(32), nullable=False),
    sa.Column("type", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Index("ix_claim_alert_id", "alert_id"),
)

# Which snapshots were read for claims, those without any included, and by which version.
claim_reading = sa.Table(
    "claim_reading",
    metadata,
    sa.Column("snapshot_id", Number, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, nullable=False),
)

cluster_member = sa.Table(
    "cluster_member",
    metadata,
    sa.Column("snapshot_id", Number, primary_key=True, autoincrement=False),
    sa.Column("cluster", sa.Text, nullable=False),
    sa.Column("bands", sa.JSON, nullable=False),
    sa.Column("version", sa.SmallInteger, nullable=False),
    sa.Index("ix_cluster_member_cluster", "cluster"),
)

# Which row of the full-text index stands for a snapshot (storage/search.py), and the day it is listed under.
indexed = sa.Table(
    "indexed",
    metadata,
    sa.Column("id", Number, primary_key=True),
    sa.Column("snapshot_id", Number, nullable=False, unique=True),
    sa.Column("day", sa.String(10), nullable=False),
    sqlite_autoincrement=True,  # a number never comes back: the index may still hold what it once stood for
)

# What a translation engine said of a quote: a cache, asked for anew where it is lost.
translation = sa.Table(
    "translation",
    metadata,
    sa.Column("snapshot", sa.String(32), primary_key=True),
    sa.Column("text_sha256", Digest, primary_key=True),  # of the text as it was given
    sa.Column("target", sa.String(8), primary_key=True),
    sa.Column("engine", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
)
