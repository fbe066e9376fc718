"""feed health and addresses

Revision 0002, after 0001.
"""

from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

from pipeline.io import tables
from pipeline.records import make_id
from pipeline.urls import canonical_url

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHUNK = 5_000  # rows at once


def upgrade() -> None:
    op.create_table(
        "capture",
        sa.Column("capture_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("url_id", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("captured_at", tables.Instant(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("payload_digest", sa.Text(), nullable=False),
        sa.Column("archive_file", sa.Text(), nullable=False),
        sa.Column("archive_offset", sa.BigInteger(), nullable=False),
        sa.Column("archive_length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_capture")),
    )
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capture_day"), ["day"], unique=False)
        batch_op.create_index("ix_capture_url_id_captured_at", ["url_id", "captured_at"], unique=False)

    op.create_table(
        "host",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("blocked_until", tables.Instant(), nullable=False),
        sa.Column("pause_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host")),
    )
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fetched_at", tables.Instant(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    op.create_table(
        "gap",
        sa.Column("gap_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("feed_id", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("since_at", tables.Instant(), nullable=False),
        sa.Column("until_at", tables.Instant(), nullable=False),
        sa.Column("missed_estimate", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.feed_id"], name=op.f("fk_gap_feed_id_feed")),
        sa.PrimaryKeyConstraint("gap_id", name=op.f("pk_gap")),
    )
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_day"), ["day"], unique=False)

    op.create_table(
        "address",
        sa.Column("address_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.String(length=16), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("alias_of", sa.String(length=16), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_fetch_at", tables.Instant(), nullable=True),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("fetch_day", sa.Date(), nullable=True),
        sa.Column("fetch_day_count", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("captured_at", tables.Instant(), nullable=True),
        sa.Column("captured_url", sa.Text(), nullable=True),
        sa.Column("payload_digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.entry_id"], name=op.f("fk_address_entry_id_entry")),
        sa.ForeignKeyConstraint(["source_id"], ["source.source_id"], name=op.f("fk_address_source_id_source")),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index("ix_address_next_fetch_at", ["next_fetch_at"], unique=False)

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address_id", sa.String(length=16), nullable=True))
    _fill_addresses(op.get_bind())
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("address_id", existing_type=sa.String(length=16), nullable=False)
        batch_op.drop_index(batch_op.f("ix_entry_fetch_state"))
        batch_op.create_index(batch_op.f("ix_entry_address_id"), ["address_id"], unique=False)
        batch_op.drop_column("fetch_state")
        batch_op.drop_column("fetch_attempts")

    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("poll_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("next_poll_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("not_before", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("interval_seconds", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("payload_digest", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("captured_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("captured_url", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("is_conditional", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("newest_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("oldest_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("address_ids", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("hard_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("soft_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("temporary_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("failing_since", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("moved_to", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("moved_since", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("moved_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("adopted_url", sa.Text(), nullable=True))
    op.execute(
        "update feed set state = 'new', poll_count = 0, interval_seconds = 1800, is_conditional = true, "
        "address_ids = '[]', hard_count = 0, soft_count = 0, temporary_count = failure_count, moved_count = 0, "
        "etag = null, last_modified = null"
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.alter_column("state", existing_type=sa.Text(), nullable=False)
        batch_op.alter_column("poll_count", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("interval_seconds", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("is_conditional", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("address_ids", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("hard_count", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("soft_count", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("temporary_count", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("moved_count", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_column("failure_count")

    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("failure_kind", sa.Text(), nullable=True))
    op.execute("update poll set state = case when outcome = 'failed' then 'failing' else 'active' end")
    op.execute("update poll set failure_kind = 'temporary' where outcome = 'failed'")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.alter_column("state", existing_type=sa.Text(), nullable=False)


def _fill_addresses(connection: sa.Connection) -> None:
    """One address for all entries that name it, wanted as the last of them was."""
    entry, address = (sa.Table(name, sa.MetaData(), autoload_with=connection) for name in ("entry", "address"))
    in_order = sa.select(entry).order_by(entry.c.seen_at, entry.c.entry_id)
    ids: list[dict[str, str]] = []
    found: dict[str, dict[str, object]] = {}
    for row in connection.execute(in_order, execution_options={"yield_per": CHUNK}).mappings():
        made = _address(row)
        ids.append({"key": row["entry_id"], "made": made["address_id"]})
        found[made["address_id"]] = made
    filled = sa.update(entry).where(entry.c.entry_id == sa.bindparam("key")).values(address_id=sa.bindparam("made"))
    for start in range(0, len(ids), CHUNK):
        connection.execute(filled, ids[start : start + CHUNK])
    rows = list(found.values())
    for start in range(0, len(rows), CHUNK):
        connection.execute(sa.insert(address), rows[start : start + CHUNK])


def _address(row: sa.RowMapping) -> dict[str, Any]:
    url, updated_at = canonical_url(row["url"]), row["updated_at"]
    return {
        "address_id": make_id(row["source_id"], url),
        "day": row["day"],
        "source_id": row["source_id"],
        "entry_id": row["entry_id"],
        "canonical_url": url,
        "state": row["fetch_state"],
        "attempts": row["fetch_attempts"],
        "next_fetch_at": row["seen_at"] if row["fetch_state"] == "pending" else None,
        "revision": updated_at.replace(tzinfo=UTC).isoformat() if updated_at else row["title"],
        "fetch_day_count": 0,
    }


def downgrade() -> None:
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_column("failure_kind")
        batch_op.drop_column("state")

    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("failure_count", sa.INTEGER(), nullable=True))
    op.execute("update feed set failure_count = hard_count + soft_count + temporary_count")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.alter_column("failure_count", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("adopted_url")
        batch_op.drop_column("moved_count")
        batch_op.drop_column("moved_since")
        batch_op.drop_column("moved_to")
        batch_op.drop_column("failing_since")
        batch_op.drop_column("temporary_count")
        batch_op.drop_column("soft_count")
        batch_op.drop_column("hard_count")
        batch_op.drop_column("address_ids")
        batch_op.drop_column("oldest_at")
        batch_op.drop_column("newest_at")
        batch_op.drop_column("is_conditional")
        batch_op.drop_column("captured_url")
        batch_op.drop_column("captured_at")
        batch_op.drop_column("payload_digest")
        batch_op.drop_column("interval_seconds")
        batch_op.drop_column("not_before")
        batch_op.drop_column("next_poll_at")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("poll_count")
        batch_op.drop_column("state")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fetch_attempts", sa.INTEGER(), nullable=True))
        batch_op.add_column(sa.Column("fetch_state", sa.TEXT(), nullable=True))
    op.execute(
        "update entry set fetch_attempts = (select attempts from address where address_id = entry.address_id), "
        "fetch_state = (select case state when 'alias' then 'fetched' else state end from address "
        "where address_id = entry.address_id)"
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("fetch_attempts", existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column("fetch_state", existing_type=sa.TEXT(), nullable=False)
        batch_op.drop_index(batch_op.f("ix_entry_address_id"))
        batch_op.create_index(batch_op.f("ix_entry_fetch_state"), ["fetch_state"], unique=False)
        batch_op.drop_column("address_id")

    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index("ix_address_next_fetch_at")

    op.drop_table("address")
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gap_day"))

    op.drop_table("gap")
    op.drop_table("robots")
    op.drop_table("host")
    with op.batch_alter_table("capture", schema=None) as batch_op:
        batch_op.drop_index("ix_capture_url_id_captured_at")
        batch_op.drop_index(batch_op.f("ix_capture_day"))

    op.drop_table("capture")
