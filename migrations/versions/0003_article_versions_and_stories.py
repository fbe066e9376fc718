"""article versions and stories

Revision 0003, after 0002.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from pipeline.io import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# What articles of before have in the new columns, until they are extracted again.
ADDED = (
    ("standfirst", sa.Text(), None),
    ("section", sa.Text(), None),
    ("language_confidence", sa.Double(), "0"),
    ("modified_source", sa.Text(), None),
    ("modified_precision", sa.Text(), None),
    ("dateline_place", sa.Text(), None),
    ("agency", sa.Text(), None),
    ("correction", sa.Text(), None),
    ("is_truncated", sa.Boolean(), sa.false()),
    ("paragraphs", sa.JSON(), "[]"),
    ("notes", sa.JSON(), "[]"),
)


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("previous_version_id", sa.String(length=16), nullable=False),
        sa.Column("words_removed", sa.Integer(), nullable=False),
        sa.Column("words_added", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_revision")),
    )
    op.create_index(op.f("ix_revision_day"), "revision", ["day"])
    op.create_index(op.f("ix_revision_article_id"), "revision", ["article_id"])
    op.create_table(
        "article_change",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("version_id", sa.String(length=16), nullable=True),
        sa.Column("recorded_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_article_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_change_article_id_change_id", "article_change", ["article_id", "change_id"])
    op.create_table(
        "story_member",
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("article_id", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.String(length=16), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=False),
        sa.Column("matched_version_id", sa.String(length=16), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("grouper", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_story_member")),
    )
    op.create_index(op.f("ix_story_member_day"), "story_member", ["day"])
    op.create_index(op.f("ix_story_member_article_id"), "story_member", ["article_id"])
    op.create_index(op.f("ix_story_member_story_id"), "story_member", ["story_id"])
    op.create_index(op.f("ix_sighting_article_id"), "sighting", ["article_id"])
    _keep_stories()
    _begin_log()
    with op.batch_alter_table("article", schema=None) as batch_op:
        for name, kind, default in ADDED:
            batch_op.add_column(sa.Column(name, kind, nullable=default is None, server_default=default))
        batch_op.drop_column("story_id")
    with op.batch_alter_table("article", schema=None) as batch_op:
        for name, kind, default in ADDED:
            if default is not None:
                batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("story_id", sa.String(length=16), nullable=False, server_default=""))
        for name, *_ in ADDED:
            batch_op.drop_column(name)
    op.execute(
        "update article set story_id = coalesce("
        "(select story_id from story_member where story_member.version_id = article.version_id), '')"
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.alter_column(
            "story_id", existing_type=sa.String(length=16), existing_nullable=False, server_default=None
        )
    op.drop_index(op.f("ix_sighting_article_id"), "sighting")
    for table in ("story_member", "article_change", "revision"):
        op.drop_table(table)


def _keep_stories() -> None:
    """Articles had the same story_id when their texts were the same word for word.

    Without a signature they are no match for later articles: those of the last days must be grouped again for that.
    """
    insert = sa.text(
        "insert into story_member"
        " (version_id, day, article_id, source_id, story_id, similarity, rule, signature, grouper) "
        "select version_id, day, article_id, source_id, story_id, 1, case when place = 1 then 'first' else 'copy' end, "
        ":nothing, 'eventwire/0' from (select *, row_number() over (partition by story_id order by captured_at, "
        "version_id) as place from article) as placed"
    ).bindparams(sa.bindparam("nothing", b"", sa.LargeBinary()))
    op.get_bind().execute(insert)


def _begin_log() -> None:
    """The log of changes begins with every article that there is."""
    insert = sa.text(
        "insert into article_change (article_id, version_id, recorded_at) "
        "select article_id, version_id, :now from (select sighting.article_id, sighting.version_id, row_number() over "
        "(partition by sighting.article_id order by sighting.captured_at desc, sighting.version_id) as place "
        "from sighting join article on article.version_id = sighting.version_id) as placed where place = 1 "
        "order by article_id"
    ).bindparams(sa.bindparam("now", datetime.now(UTC), tables.Instant()))
    op.get_bind().execute(insert)
