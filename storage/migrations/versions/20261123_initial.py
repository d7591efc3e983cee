"""The first schema: storage/tables.py as it was on that day, and the triggers that keep truth append-only."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Digest, Moment, Number

revision = "20261123"
down_revision = None

_SQLITE = """
CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION longarm_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""
_POSTGRES = """
CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION longarm_append_only()
"""

_TRUTH = ("ledger", "act", "run", "warc_seal", "definition", "review", "delivery", "capture")


def upgrade() -> None:
    bind = op.get_bind()
    _create_tables()
    sqlite = bind.dialect.name == "sqlite"
    if not sqlite:
        op.execute(_FUNCTION)
    for table in _TRUTH:
        for verb in ("UPDATE", "DELETE") if sqlite else ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute((_SQLITE if sqlite else _POSTGRES).format(table=table, verb=verb))


def _create_tables() -> None:  # noqa: PLR0915 - a list of tables, not logic
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("told_at", Moment, nullable=False),
        sa.Column("first_seen", Moment, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("cluster", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index("ix_alert_page_id", "alert", ["page_id"], unique=False)
    op.create_index("ix_alert_snapshot_id", "alert", ["snapshot_id"], unique=False)
    op.create_index("ix_alert_told_at", "alert", ["told_at"], unique=False)
    op.create_table(
        "capture",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("record_sha256", Digest, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(length=26), nullable=False),
        sa.Column("captured_at", Moment, nullable=False),
        sa.Column("vantage", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("error", sa.String(length=8), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("charset", sa.Text(), nullable=True),
        sa.Column("content_encoding", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("payload_sha256", Digest, nullable=True),
        sa.Column("payload_length", sa.BigInteger(), nullable=True),
        sa.Column("refers_to", Number, nullable=True),
        sa.Column("warc_file", sa.Text(), nullable=False),
        sa.Column("warc_offset", sa.BigInteger(), nullable=False),
        sa.Column("warc_length", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint("record_sha256", name=op.f("uq_capture_record_sha256")),
    )
    op.create_index("ix_capture_page_id_id", "capture", ["page_id", "id"], unique=False)
    op.create_table(
        "cluster_member",
        sa.Column("snapshot_id", Number, autoincrement=False, nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("bands", sa.JSON(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_cluster_member")),
    )
    op.create_index("ix_cluster_member_cluster", "cluster_member", ["cluster"], unique=False)
    op.create_table(
        "definition",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", Digest, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "digest", name=op.f("pk_definition")),
    )
    op.create_table(
        "delivery",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("body_sha256", Digest, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "channel", "event", "at", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_event_at", "delivery", ["event", "at"], unique=False)
    op.create_table(
        "document",
        sa.Column("capture_id", Number, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("published_precision", sa.String(length=8), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("script", sa.String(length=8), nullable=False),
        sa.Column("charset", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_document")),
    )
    op.create_table(
        "entry",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("listed_on", sa.Text(), nullable=True),
        sa.Column("first_capture_id", Number, nullable=False),
        sa.Column("last_capture_id", Number, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "url_key", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_url_key", "entry", ["url_key"], unique=False)
    op.create_table(
        "feed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("digest", Digest, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("retired_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
    )
    op.create_index("ix_feed_source_id", "feed", ["source_id"], unique=False)
    op.create_table(
        "feed_state",
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("next_due_at", Moment, nullable=False),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("last_finished_at", Moment, nullable=True),
        sa.Column("unfinished", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_ok", Moment, nullable=True),
        sa.Column("last_new", Moment, nullable=True),
        sa.Column("error", sa.String(length=8), nullable=True),
        sa.Column("error_since", Moment, nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed_id", name=op.f("pk_feed_state")),
    )
    op.create_index("ix_feed_state_next_due_at", "feed_state", ["next_due_at"], unique=False)
    op.create_table(
        "hit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("suppressed", sa.Text(), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hit")),
    )
    op.create_index("ix_hit_snapshot_id", "hit", ["snapshot_id"], unique=False)
    op.create_index("ix_hit_variant_snapshot_id", "hit", ["variant", "snapshot_id"], unique=False)
    op.create_table(
        "indexed",
        sa.Column("id", Number, nullable=False),
        sa.Column("snapshot_id", Number, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indexed")),
        sa.UniqueConstraint("snapshot_id", name=op.f("uq_indexed_snapshot_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ledger",
        sa.Column("seq", Number, autoincrement=False, nullable=False),
        sa.Column("time", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("record_sha256", Digest, nullable=False),
        sa.Column("prev", Digest, nullable=False),
        sa.Column("chain", Digest, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
    )
    op.create_table(
        "page",
        sa.Column("id", Number, nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("feed_id", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("part_of", Number, nullable=True),
        sa.Column("part_number", sa.Integer(), nullable=True),
        sa.Column("first_seen", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("url_key", name=op.f("uq_page_url_key")),
    )
    op.create_index("ix_page_part_of", "page", ["part_of"], unique=False)
    op.create_index("ix_page_source_id", "page", ["source_id"], unique=False)
    op.create_table(
        "page_known",
        sa.Column("page_id", Number, autoincrement=False, nullable=False),
        sa.Column("capture_id", Number, nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_known")),
    )
    op.create_table(
        "page_state",
        sa.Column("page_id", Number, autoincrement=False, nullable=False),
        sa.Column("next_due_at", Moment, nullable=True),
        sa.Column("last_capture_id", Number, nullable=True),
        sa.Column("good_capture_id", Number, nullable=True),
        sa.Column("run_id", sa.String(length=26), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page_state")),
    )
    op.create_index("ix_page_state_next_due_at", "page_state", ["next_due_at"], unique=False)
    op.create_table(
        "pending",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("subject_id", Number, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("stage", "subject_id", name=op.f("pk_pending")),
    )
    op.create_table(
        "progress",
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("cursor", Number, nullable=False),
        sa.Column("baseline", Number, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("stage", name=op.f("pk_progress")),
    )
    op.create_table(
        "reading",
        sa.Column("capture_id", Number, autoincrement=False, nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("error", sa.String(length=8), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_feed_id_capture_id", "reading", ["feed_id", "capture_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("analyst", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_subject_kind_subject_key", "review", ["subject_kind", "subject_key"], unique=False)
    op.create_table(
        "run",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("settings_digest", Digest, nullable=False),
        sa.Column("stats", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", "event", name=op.f("pk_run")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", Number, autoincrement=False, nullable=False),
        sa.Column("page_id", Number, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("text_sha256", Digest, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("page_id", "ordinal", name=op.f("uq_snapshot_page_id_ordinal")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", Digest, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("retired_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "standing",
        sa.Column("page_id", Number, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("alive", sa.Boolean(), nullable=False),
        sa.Column("gone_as", sa.String(length=16), nullable=True),
        sa.Column("signs", sa.Integer(), nullable=False),
        sa.Column("first_sign_at", Moment, nullable=True),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.Column("first_trouble_at", Moment, nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_state", "standing", ["state"], unique=False)
    op.create_table(
        "takedown",
        sa.Column("page_id", Number, autoincrement=False, nullable=False),
        sa.Column("capture_id", Number, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("gone_as", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", "capture_id", name=op.f("pk_takedown")),
    )
    op.create_table(
        "verdict",
        sa.Column("capture_id", Number, autoincrement=False, nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("gone_as", sa.String(length=16), nullable=True),
        sa.Column("blocked_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_verdict")),
    )
    op.create_table(
        "warc_seal",
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", Digest, nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sealed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_warc_seal")),
    )
    op.create_table(
        "act",
        sa.Column("seq", Number, autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["ledger.seq"],
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_act")),
    )
    op.create_index("ix_act_at", "act", ["at"], unique=False)
    op.create_index("ix_act_event_subject", "act", ["event", "subject"], unique=True)
