"""Life cycle, sources, jobs, people and what they may do.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

import knowledge.tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The matrix that a new home starts with; staff change it. knowledge/permissions.py says what each right is.
_GRANTS = [
    ("role:admin", "*", "read"),
    ("role:admin", "*", "edit"),
    ("role:admin", "*", "approve"),
    *[
        ("role:editor", name, right)
        for name in ("public", "internal")
        for right in ("read", "edit", "approve")
    ],
    *[("role:supervisor", name, right) for name in ("public", "internal") for right in ("read", "approve")],
    *[("role:agent", name, "read") for name in ("public", "internal")],
    ("role:viewer", "public", "read"),
]


def upgrade() -> None:
    op.create_table(
        "cited_versions",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_cited_versions_document_id_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "version", name=op.f("pk_cited_versions")),
    )
    op.create_table(
        "collections",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("review", sa.Boolean(), nullable=False),
        sa.Column("gate", sa.Boolean(), nullable=False),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_collections")),
    )
    op.create_table(
        "golden_questions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("contains", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_golden_questions")),
    )
    op.create_index(op.f("ix_golden_questions_collection"), "golden_questions", ["collection"], unique=False)
    op.create_table(
        "grants",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("holder", "collection", "right", name=op.f("pk_grants")),
    )
    op.create_table(
        "groups",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_groups")),
    )
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_run", sa.Text(), nullable=True),
        sa.Column("last_done_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("next_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("disabled_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("seen_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("start", sa.Text(), nullable=False),
        sa.Column("collections", sa.JSON(), nullable=True),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("used_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.Column("revoked_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("expires_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("used_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_links_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_links")),
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group"], ["groups.name"], name=op.f("fk_memberships_group_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "group", name=op.f("pk_memberships")),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("seen_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("expires_at", knowledge.tables.Moment(timezone=True), nullable=False),
        sa.Column("revoked_at", knowledge.tables.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.add_column("documents", sa.Column("kind", sa.Text(), server_default="file", nullable=False))
    op.add_column("documents", sa.Column("source_name", sa.Text(), nullable=True))
    op.add_column("documents", sa.Column("pinned", sa.Integer(), nullable=True))
    op.add_column("documents", sa.Column("expires_at", knowledge.tables.Moment(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("lock", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("not_before", knowledge.tables.Moment(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("failures", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("jobs", sa.Column("by", sa.Text(), server_default="operator", nullable=False))
    op.add_column("jobs", sa.Column("collection", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("worker", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("seen_at", knowledge.tables.Moment(timezone=True), nullable=True))
    op.create_index(op.f("ix_jobs_lock"), "jobs", ["lock"], unique=False)
    op.add_column("runs", sa.Column("source_name", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("by", sa.Text(), server_default="operator", nullable=False))
    op.add_column("runs", sa.Column("collection", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("resumes", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("removals", sa.JSON(), server_default="[]", nullable=False))
    op.create_index(op.f("ix_runs_source_name"), "runs", ["source_name"], unique=False)
    op.add_column("versions", sa.Column("created_by", sa.Text(), server_default="operator", nullable=False))
    op.add_column("versions", sa.Column("comment", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "versions", sa.Column("effective_from", knowledge.tables.Moment(timezone=True), nullable=True)
    )
    op.add_column("versions", sa.Column("expires_at", knowledge.tables.Moment(timezone=True), nullable=True))
    op.add_column(
        "versions", sa.Column("published_at", knowledge.tables.Moment(timezone=True), nullable=True)
    )
    op.add_column("versions", sa.Column("reviewed_by", sa.Text(), nullable=True))
    op.add_column("versions", sa.Column("reviewed_at", knowledge.tables.Moment(timezone=True), nullable=True))
    op.add_column("versions", sa.Column("report", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_versions_state"), "versions", ["state"], unique=False)
    op.execute(
        "INSERT INTO collections SELECT name, CASE name WHEN 'public' THEN '公開' WHEN 'internal' THEN '內部' ELSE name END, "
        "CASE name WHEN 'public' THEN 'Public' WHEN 'internal' THEN 'Internal' ELSE name END, 0, 0, CURRENT_TIMESTAMP FROM "
        "(SELECT 'public' AS name UNION SELECT 'internal' UNION SELECT audience FROM documents UNION SELECT audience FROM passages)"
    )
    grants = sa.table("grants", *(sa.column(name, sa.Text()) for name in ("holder", "collection", "right")))
    op.bulk_insert(
        grants, [dict(zip(("holder", "collection", "right"), one, strict=True)) for one in _GRANTS]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_versions_state"), table_name="versions")
    op.drop_column("versions", "report")
    op.drop_column("versions", "reviewed_at")
    op.drop_column("versions", "reviewed_by")
    op.drop_column("versions", "published_at")
    op.drop_column("versions", "expires_at")
    op.drop_column("versions", "effective_from")
    op.drop_column("versions", "comment")
    op.drop_column("versions", "created_by")
    op.drop_index(op.f("ix_runs_source_name"), table_name="runs")
    op.drop_column("runs", "removals")
    op.drop_column("runs", "reason")
    op.drop_column("runs", "resumes")
    op.drop_column("runs", "collection")
    op.drop_column("runs", "by")
    op.drop_column("runs", "source_name")
    op.drop_index(op.f("ix_jobs_lock"), table_name="jobs")
    op.drop_column("jobs", "seen_at")
    op.drop_column("jobs", "worker")
    op.drop_column("jobs", "collection")
    op.drop_column("jobs", "by")
    op.drop_column("jobs", "failures")
    op.drop_column("jobs", "not_before")
    op.drop_column("jobs", "lock")
    op.drop_column("jobs", "priority")
    op.drop_column("documents", "expires_at")
    op.drop_column("documents", "pinned")
    op.drop_column("documents", "source_name")
    op.drop_column("documents", "kind")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("memberships")
    op.drop_table("links")
    op.drop_index(op.f("ix_api_keys_user_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("users")
    op.drop_table("sources")
    op.drop_table("groups")
    op.drop_table("grants")
    op.drop_index(op.f("ix_golden_questions_collection"), table_name="golden_questions")
    op.drop_table("golden_questions")
    op.drop_table("collections")
    op.drop_table("cited_versions")
