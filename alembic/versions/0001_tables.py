"""Every table of the first release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CURRENT_WORKSPACE = "nullif(current_setting('app.workspace', true), '')::uuid"


def upgrade() -> None:  # noqa: PLR0915 - one statement a table and index
    op.create_table(
        "event_topic",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("deleted_through", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_event_topic")),
    )
    op.create_table(
        "player",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(collation="C"), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_player")),
    )
    op.create_index("ix_player_folded_name", "player", ["folded_name", "id"], unique=False)
    op.create_table(
        "source_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_stored", sa.Integer(), nullable=False),
        sa.Column("rows_superseded", sa.Integer(), nullable=False),
        sa.Column("rows_duplicate", sa.Integer(), nullable=False),
        sa.Column("rows_quarantined", sa.Integer(), nullable=False),
        sa.Column("first_changed_date", sa.Date(), nullable=True),
        sa.Column("last_changed_date", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_source_file_digest")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("abbreviation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("conference", sa.String(), nullable=True),
        sa.Column("division", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_index(op.f("ix_team_abbreviation"), "team", ["abbreviation"], unique=False)
    op.create_table(
        "workspace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("name", name=op.f("uq_workspace_name")),
    )
    op.create_table(
        "api_key",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.TEXT()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_api_key_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_index(op.f("ix_api_key_workspace_id"), "api_key", ["workspace_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_audit_entry_workspace_id")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_workspace_id"), "audit_entry", ["workspace_id"], unique=False)
    op.create_index(
        "ix_audit_entry_workspace_sequence", "audit_entry", ["workspace_id", "sequence"], unique=False
    )
    op.create_table(
        "dataset",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("namespace", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_dataset_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint(
            "workspace_id", "namespace", "name", name=op.f("uq_dataset_workspace_id_namespace_name")
        ),
    )
    op.create_index(op.f("ix_dataset_workspace_id"), "dataset", ["workspace_id"], unique=False)
    op.create_table(
        "endpoint",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_endpoint_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_endpoint_workspace_id_name")),
    )
    op.create_index(op.f("ix_endpoint_workspace_id"), "endpoint", ["workspace_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_event_workspace_id")),
        sa.PrimaryKeyConstraint("topic", "sequence", name=op.f("pk_event")),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_table(
        "event_pending",
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_event_pending_workspace_id")
        ),
        sa.PrimaryKeyConstraint("topic", "sequence", name=op.f("pk_event_pending")),
    )
    op.create_table(
        "experiment",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mlflow_experiment_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_experiment_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_experiment_workspace_id_name")),
    )
    op.create_index(op.f("ix_experiment_workspace_id"), "experiment", ["workspace_id"], unique=False)
    op.create_table(
        "feature_view",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("definitions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("materialized_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_feature_view_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_view")),
        sa.UniqueConstraint(
            "workspace_id", "name", "version", name=op.f("uq_feature_view_workspace_id_name_version")
        ),
    )
    op.create_index(op.f("ix_feature_view_workspace_id"), "feature_view", ["workspace_id"], unique=False)
    op.create_table(
        "game",
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("season_start_year", sa.Integer(), nullable=False),
        sa.Column("season_type", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("home_team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("away_team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("neutral_site", sa.Boolean(), nullable=False),
        sa.Column("home_score", sa.Integer(), nullable=True),
        sa.Column("away_score", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("origin in ('REAL', 'SIMULATED')", name="game_origin_known"),
        sa.CheckConstraint("home_team_id <> away_team_id", name="game_has_two_teams"),
        sa.ForeignKeyConstraint(["away_team_id"], ["team.id"], name=op.f("fk_game_away_team_id")),
        sa.ForeignKeyConstraint(["home_team_id"], ["team.id"], name=op.f("fk_game_home_team_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["source_file.id"], name=op.f("fk_game_source_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_game")),
        sa.UniqueConstraint("id", "date", name=op.f("uq_game_id_date")),
    )
    op.create_index("ix_game_away_date", "game", ["away_team_id", "date", "id"], unique=False)
    op.create_index("ix_game_date_id", "game", ["date", "id"], unique=False)
    op.create_index("ix_game_home_date", "game", ["home_team_id", "date", "id"], unique=False)
    op.create_index("ix_game_season_date", "game", ["season_start_year", "date", "id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_idempotency_key_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "operation", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "quarantined_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("game_id", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_file_id"], ["source_file.id"], name=op.f("fk_quarantined_row_source_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_row")),
    )
    op.create_index(op.f("ix_quarantined_row_game_id"), "quarantined_row", ["game_id"], unique=False)
    op.create_index(op.f("ix_quarantined_row_rule"), "quarantined_row", ["rule"], unique=False)
    op.create_index(
        op.f("ix_quarantined_row_source_file_id"), "quarantined_row", ["source_file_id"], unique=False
    )
    op.create_table(
        "registered_model",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_registered_model_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_model")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_registered_model_workspace_id_name")),
    )
    op.create_index(
        op.f("ix_registered_model_workspace_id"), "registered_model", ["workspace_id"], unique=False
    )
    op.create_table(
        "run",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("job_name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default=sa.text("'QUEUED'"), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress_fraction", sa.Float(), nullable=True),
        sa.Column("progress_message", sa.String(), nullable=True),
        sa.Column("failure_kind", sa.String(), nullable=True),
        sa.Column("failure_message", sa.String(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED')",
            name="run_state_known",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_run_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(
        "ix_run_open",
        "run",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state in ('QUEUED', 'RUNNING')"),
    )
    op.create_index(op.f("ix_run_workspace_id"), "run", ["workspace_id"], unique=False)
    op.create_table(
        "season_totals",
        sa.Column("season_start_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("season_type", sa.String(), nullable=False),
        sa.Column("player_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("games", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("rebounds", sa.Integer(), nullable=False),
        sa.Column("assists", sa.Integer(), nullable=False),
        sa.Column("steals", sa.Integer(), nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("turnovers", sa.Integer(), nullable=False),
        sa.Column("three_pointers_made", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["player_id"], ["player.id"], name=op.f("fk_season_totals_player_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_season_totals_team_id")),
        sa.PrimaryKeyConstraint(
            "season_start_year", "season_type", "player_id", name=op.f("pk_season_totals")
        ),
    )
    op.create_table(
        "dataset_version",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dataset_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("source_file_id", sa.Uuid(), nullable=True),
        sa.Column("part_of_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_version_dataset_id")),
        sa.ForeignKeyConstraint(
            ["part_of_id"], ["dataset_version.id"], name=op.f("fk_dataset_version_part_of_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_dataset_version_run_id")),
        sa.ForeignKeyConstraint(
            ["source_file_id"], ["source_file.id"], name=op.f("fk_dataset_version_source_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_dataset_version_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_version")),
        sa.UniqueConstraint("dataset_id", "digest", name=op.f("uq_dataset_version_dataset_id_digest")),
        sa.UniqueConstraint("dataset_id", "version", name=op.f("uq_dataset_version_dataset_id_version")),
    )
    op.create_index(op.f("ix_dataset_version_dataset_id"), "dataset_version", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_dataset_version_part_of_id"), "dataset_version", ["part_of_id"], unique=False)
    op.create_index(
        op.f("ix_dataset_version_workspace_id"), "dataset_version", ["workspace_id"], unique=False
    )
    op.create_table(
        "lineage_edge",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_type", sa.String(), nullable=False),
        sa.Column("from_key", sa.String(), nullable=False),
        sa.Column("to_type", sa.String(), nullable=False),
        sa.Column("to_key", sa.String(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("transformation", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_lineage_edge_run_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_lineage_edge_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage_edge")),
        sa.UniqueConstraint(
            "workspace_id",
            "from_type",
            "from_key",
            "to_type",
            "to_key",
            "transformation",
            name=op.f("uq_lineage_edge_workspace_id_from_type_from_key_to_type_to_key_transformation"),
        ),
    )
    op.create_index("ix_lineage_edge_to", "lineage_edge", ["workspace_id", "to_type", "to_key"], unique=False)
    op.create_index(op.f("ix_lineage_edge_workspace_id"), "lineage_edge", ["workspace_id"], unique=False)
    op.create_table(
        "metric_point",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_metric_point_run_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_metric_point_workspace_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "key", "step", name=op.f("pk_metric_point")),
    )
    op.create_index(op.f("ix_metric_point_workspace_id"), "metric_point", ["workspace_id"], unique=False)
    op.create_table(
        "model_version",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("input_schema", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"], ["registered_model.id"], name=op.f("fk_model_version_model_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_model_version_run_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_model_version_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_version")),
        sa.UniqueConstraint("model_id", "version", name=op.f("uq_model_version_model_id_version")),
        sa.UniqueConstraint("run_id", name=op.f("uq_model_version_run_id")),
    )
    op.create_index(op.f("ix_model_version_workspace_id"), "model_version", ["workspace_id"], unique=False)
    op.create_table(
        "play",
        sa.Column("game_id", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("seconds_left", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("home_score", sa.Integer(), nullable=False),
        sa.Column("away_score", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.BigInteger(), nullable=True),
        sa.Column("player_id", sa.BigInteger(), nullable=True),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], name=op.f("fk_play_game_id")),
        sa.ForeignKeyConstraint(["source_file_id"], ["source_file.id"], name=op.f("fk_play_source_file_id")),
        sa.PrimaryKeyConstraint("game_id", "number", name=op.f("pk_play")),
    )
    op.create_table(
        "player_line",
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("field_goals_made", sa.Integer(), nullable=True),
        sa.Column("field_goals_attempted", sa.Integer(), nullable=True),
        sa.Column("three_pointers_made", sa.Integer(), nullable=True),
        sa.Column("three_pointers_attempted", sa.Integer(), nullable=True),
        sa.Column("free_throws_made", sa.Integer(), nullable=True),
        sa.Column("free_throws_attempted", sa.Integer(), nullable=True),
        sa.Column("offensive_rebounds", sa.Integer(), nullable=True),
        sa.Column("defensive_rebounds", sa.Integer(), nullable=True),
        sa.Column("rebounds", sa.Integer(), nullable=True),
        sa.Column("assists", sa.Integer(), nullable=True),
        sa.Column("steals", sa.Integer(), nullable=True),
        sa.Column("blocks", sa.Integer(), nullable=True),
        sa.Column("turnovers", sa.Integer(), nullable=True),
        sa.Column("personal_fouls", sa.Integer(), nullable=True),
        sa.Column("plus_minus", sa.Float(), nullable=True),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=True),
        sa.Column("game_id", sa.String(length=10), nullable=False),
        sa.Column("player_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("game_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["game_id", "game_date"],
            ["game.id", "game.date"],
            name=op.f("fk_player_line_game_id_game_date"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["player_id"], ["player.id"], name=op.f("fk_player_line_player_id")),
        sa.ForeignKeyConstraint(
            ["source_file_id"], ["source_file.id"], name=op.f("fk_player_line_source_file_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_player_line_team_id")),
        sa.PrimaryKeyConstraint("game_id", "player_id", name=op.f("pk_player_line")),
    )
    op.create_index("ix_player_line_log", "player_line", ["player_id", "game_date", "game_id"], unique=False)
    op.create_table(
        "run_step",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_step_run_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_run_step_workspace_id")),
        sa.PrimaryKeyConstraint("run_id", "name", name=op.f("pk_run_step")),
    )
    op.create_index(op.f("ix_run_step_workspace_id"), "run_step", ["workspace_id"], unique=False)
    op.create_table(
        "team_form",
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("game_id", sa.String(length=10), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("season_start_year", sa.Integer(), nullable=False),
        sa.Column("elo", sa.Float(), nullable=False),
        sa.Column("games_played", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("recent_margin", sa.Float(), nullable=False),
        sa.Column("offence", sa.Float(), nullable=False),
        sa.Column("defence", sa.Float(), nullable=False),
        sa.Column("home_court", sa.Float(), nullable=False),
        sa.Column("net_effective_field_goal", sa.Float(), nullable=True),
        sa.Column("net_turnover", sa.Float(), nullable=True),
        sa.Column("net_offensive_rebound", sa.Float(), nullable=True),
        sa.Column("net_free_throw", sa.Float(), nullable=True),
        sa.Column("recent_dates", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("league_home_advantage", sa.Float(), nullable=False),
        sa.Column("league_efficiency", sa.Float(), nullable=False),
        sa.Column("league_pace", sa.Float(), nullable=False),
        sa.Column("league_three_point_share", sa.Float(), nullable=False),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], name=op.f("fk_team_form_game_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_form_team_id")),
        sa.PrimaryKeyConstraint("team_id", "game_id", name=op.f("pk_team_form")),
    )
    op.create_index("ix_team_form_date", "team_form", ["date"], unique=False)
    op.create_index("ix_team_form_latest", "team_form", ["team_id", "date", "game_id"], unique=False)
    op.create_table(
        "team_line",
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("field_goals_made", sa.Integer(), nullable=True),
        sa.Column("field_goals_attempted", sa.Integer(), nullable=True),
        sa.Column("three_pointers_made", sa.Integer(), nullable=True),
        sa.Column("three_pointers_attempted", sa.Integer(), nullable=True),
        sa.Column("free_throws_made", sa.Integer(), nullable=True),
        sa.Column("free_throws_attempted", sa.Integer(), nullable=True),
        sa.Column("offensive_rebounds", sa.Integer(), nullable=True),
        sa.Column("defensive_rebounds", sa.Integer(), nullable=True),
        sa.Column("rebounds", sa.Integer(), nullable=True),
        sa.Column("assists", sa.Integer(), nullable=True),
        sa.Column("steals", sa.Integer(), nullable=True),
        sa.Column("blocks", sa.Integer(), nullable=True),
        sa.Column("turnovers", sa.Integer(), nullable=True),
        sa.Column("personal_fouls", sa.Integer(), nullable=True),
        sa.Column("plus_minus", sa.Float(), nullable=True),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("source_file_id", sa.Uuid(), nullable=True),
        sa.Column("game_id", sa.String(length=10), nullable=False),
        sa.Column("team_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_home", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], name=op.f("fk_team_line_game_id")),
        sa.ForeignKeyConstraint(
            ["source_file_id"], ["source_file.id"], name=op.f("fk_team_line_source_file_id")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_line_team_id")),
        sa.PrimaryKeyConstraint("game_id", "team_id", name=op.f("pk_team_line")),
    )
    op.create_table(
        "alias_change",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("from_version_id", sa.Uuid(), nullable=True),
        sa.Column("to_version_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_version_id"], ["model_version.id"], name=op.f("fk_alias_change_from_version_id")
        ),
        sa.ForeignKeyConstraint(["model_id"], ["registered_model.id"], name=op.f("fk_alias_change_model_id")),
        sa.ForeignKeyConstraint(
            ["to_version_id"], ["model_version.id"], name=op.f("fk_alias_change_to_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_alias_change_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_change")),
    )
    op.create_index("ix_alias_change_model_at", "alias_change", ["model_id", "at"], unique=False)
    op.create_index(op.f("ix_alias_change_workspace_id"), "alias_change", ["workspace_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("model_version_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_stable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("weight", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state in ('PENDING', 'WARMING', 'READY', 'DRAINING', 'RETIRED', 'FAILED')",
            name="deployment_state_known",
        ),
        sa.CheckConstraint("weight between 0 and 100", name="deployment_weight_is_percent"),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_deployment_endpoint_id")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_deployment_model_version_id")
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_deployment_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("endpoint_id", "revision", name=op.f("uq_deployment_endpoint_id_revision")),
    )
    op.create_index(op.f("ix_deployment_workspace_id"), "deployment", ["workspace_id"], unique=False)
    op.create_index(
        "uq_deployment_stable",
        "deployment",
        ["endpoint_id"],
        unique=True,
        postgresql_where=sa.text("is_stable"),
    )
    op.create_table(
        "evaluation",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model_version_id", sa.Uuid(), nullable=False),
        sa.Column("dataset_version_id", sa.Uuid(), nullable=False),
        sa.Column("population", sa.String(), nullable=False),
        sa.Column("games", sa.Integer(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("baseline_metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calibration", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"], ["dataset_version.id"], name=op.f("fk_evaluation_dataset_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_evaluation_model_version_id")
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_evaluation_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
    )
    op.create_index(op.f("ix_evaluation_model_version_id"), "evaluation", ["model_version_id"], unique=False)
    op.create_index(op.f("ix_evaluation_workspace_id"), "evaluation", ["workspace_id"], unique=False)
    op.create_table(
        "model_alias",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("model_version_id", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["registered_model.id"], name=op.f("fk_model_alias_model_id")),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_version.id"], name=op.f("fk_model_alias_model_version_id")
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_model_alias_workspace_id")),
        sa.PrimaryKeyConstraint("model_id", "alias", name=op.f("pk_model_alias")),
    )
    op.create_index(op.f("ix_model_alias_workspace_id"), "model_alias", ["workspace_id"], unique=False)
    op.create_table(
        "training_run",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("experiment_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("dataset_version_id", sa.Uuid(), nullable=True),
        sa.Column("mlflow_run_id", sa.String(), nullable=True),
        sa.Column("environment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"], ["dataset_version.id"], name=op.f("fk_training_run_dataset_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["experiment_id"], ["experiment.id"], name=op.f("fk_training_run_experiment_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_training_run_run_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_training_run_workspace_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_training_run")),
    )
    op.create_index(op.f("ix_training_run_experiment_id"), "training_run", ["experiment_id"], unique=False)
    op.create_index(op.f("ix_training_run_workspace_id"), "training_run", ["workspace_id"], unique=False)
    op.create_table(
        "prediction",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("game_id", sa.String(length=10), nullable=True),
        sa.Column("home_team_id", sa.BigInteger(), nullable=False),
        sa.Column("away_team_id", sa.BigInteger(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("features", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.CheckConstraint("probability between 0 and 1", name="prediction_is_probability"),
        sa.ForeignKeyConstraint(["away_team_id"], ["team.id"], name=op.f("fk_prediction_away_team_id")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_prediction_deployment_id")
        ),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], name=op.f("fk_prediction_game_id")),
        sa.ForeignKeyConstraint(["home_team_id"], ["team.id"], name=op.f("fk_prediction_home_team_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_prediction_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
        sa.UniqueConstraint("batch_id", "place", name=op.f("uq_prediction_batch_id_place")),
    )
    op.create_index("ix_prediction_deployment_id_id", "prediction", ["deployment_id", "id"], unique=False)
    op.create_index(op.f("ix_prediction_workspace_id"), "prediction", ["workspace_id"], unique=False)
    op.create_table(
        "rollout",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=True),
        sa.Column("candidate_id", sa.Uuid(), nullable=False),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("strategy_parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["baseline_id"], ["deployment.id"], name=op.f("fk_rollout_baseline_id")),
        sa.ForeignKeyConstraint(["candidate_id"], ["deployment.id"], name=op.f("fk_rollout_candidate_id")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoint.id"], name=op.f("fk_rollout_endpoint_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_rollout_workspace_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout")),
    )
    op.create_index(op.f("ix_rollout_workspace_id"), "rollout", ["workspace_id"], unique=False)
    op.create_index(
        "uq_rollout_open",
        "rollout",
        ["endpoint_id"],
        unique=True,
        postgresql_where=sa.text("phase in ('PENDING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL')"),
    )
    op.create_table(
        "rollout_event",
        sa.Column("workspace_id", sa.Uuid(), server_default=sa.text(CURRENT_WORKSPACE), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rollout_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rollout_id"], ["rollout.id"], name=op.f("fk_rollout_event_rollout_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_rollout_event_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout_event")),
    )
    op.create_index(op.f("ix_rollout_event_rollout_id"), "rollout_event", ["rollout_id"], unique=False)
    op.create_index(op.f("ix_rollout_event_workspace_id"), "rollout_event", ["workspace_id"], unique=False)


def downgrade() -> None:  # noqa: PLR0915 - the same, backwards
    op.drop_index(op.f("ix_rollout_event_workspace_id"), table_name="rollout_event")
    op.drop_index(op.f("ix_rollout_event_rollout_id"), table_name="rollout_event")
    op.drop_table("rollout_event")
    op.drop_index(
        "uq_rollout_open",
        table_name="rollout",
        postgresql_where=sa.text("phase in ('PENDING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL')"),
    )
    op.drop_index(op.f("ix_rollout_workspace_id"), table_name="rollout")
    op.drop_table("rollout")
    op.drop_index(op.f("ix_prediction_workspace_id"), table_name="prediction")
    op.drop_index("ix_prediction_deployment_id_id", table_name="prediction")
    op.drop_table("prediction")
    op.drop_index(op.f("ix_training_run_workspace_id"), table_name="training_run")
    op.drop_index(op.f("ix_training_run_experiment_id"), table_name="training_run")
    op.drop_table("training_run")
    op.drop_index(op.f("ix_model_alias_workspace_id"), table_name="model_alias")
    op.drop_table("model_alias")
    op.drop_index(op.f("ix_evaluation_workspace_id"), table_name="evaluation")
    op.drop_index(op.f("ix_evaluation_model_version_id"), table_name="evaluation")
    op.drop_table("evaluation")
    op.drop_index("uq_deployment_stable", table_name="deployment", postgresql_where=sa.text("is_stable"))
    op.drop_index(op.f("ix_deployment_workspace_id"), table_name="deployment")
    op.drop_table("deployment")
    op.drop_index(op.f("ix_alias_change_workspace_id"), table_name="alias_change")
    op.drop_index("ix_alias_change_model_at", table_name="alias_change")
    op.drop_table("alias_change")
    op.drop_table("team_line")
    op.drop_index("ix_team_form_latest", table_name="team_form")
    op.drop_index("ix_team_form_date", table_name="team_form")
    op.drop_table("team_form")
    op.drop_index(op.f("ix_run_step_workspace_id"), table_name="run_step")
    op.drop_table("run_step")
    op.drop_index("ix_player_line_log", table_name="player_line")
    op.drop_table("player_line")
    op.drop_table("play")
    op.drop_index(op.f("ix_model_version_workspace_id"), table_name="model_version")
    op.drop_table("model_version")
    op.drop_index(op.f("ix_metric_point_workspace_id"), table_name="metric_point")
    op.drop_table("metric_point")
    op.drop_index(op.f("ix_lineage_edge_workspace_id"), table_name="lineage_edge")
    op.drop_index("ix_lineage_edge_to", table_name="lineage_edge")
    op.drop_table("lineage_edge")
    op.drop_index(op.f("ix_dataset_version_workspace_id"), table_name="dataset_version")
    op.drop_index(op.f("ix_dataset_version_part_of_id"), table_name="dataset_version")
    op.drop_index(op.f("ix_dataset_version_dataset_id"), table_name="dataset_version")
    op.drop_table("dataset_version")
    op.drop_table("season_totals")
    op.drop_index(op.f("ix_run_workspace_id"), table_name="run")
    op.drop_index("ix_run_open", table_name="run", postgresql_where=sa.text("state in ('QUEUED', 'RUNNING')"))
    op.drop_table("run")
    op.drop_index(op.f("ix_registered_model_workspace_id"), table_name="registered_model")
    op.drop_table("registered_model")
    op.drop_index(op.f("ix_quarantined_row_source_file_id"), table_name="quarantined_row")
    op.drop_index(op.f("ix_quarantined_row_rule"), table_name="quarantined_row")
    op.drop_index(op.f("ix_quarantined_row_game_id"), table_name="quarantined_row")
    op.drop_table("quarantined_row")
    op.drop_table("idempotency_key")
    op.drop_index("ix_game_season_date", table_name="game")
    op.drop_index("ix_game_home_date", table_name="game")
    op.drop_index("ix_game_date_id", table_name="game")
    op.drop_index("ix_game_away_date", table_name="game")
    op.drop_table("game")
    op.drop_index(op.f("ix_feature_view_workspace_id"), table_name="feature_view")
    op.drop_table("feature_view")
    op.drop_index(op.f("ix_experiment_workspace_id"), table_name="experiment")
    op.drop_table("experiment")
    op.drop_table("event_pending")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_table("event")
    op.drop_index(op.f("ix_endpoint_workspace_id"), table_name="endpoint")
    op.drop_table("endpoint")
    op.drop_index(op.f("ix_dataset_workspace_id"), table_name="dataset")
    op.drop_table("dataset")
    op.drop_index("ix_audit_entry_workspace_sequence", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_workspace_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_api_key_workspace_id"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("workspace")
    op.drop_index(op.f("ix_team_abbreviation"), table_name="team")
    op.drop_table("team")
    op.drop_table("source_file")
    op.drop_index("ix_player_folded_name", table_name="player")
    op.drop_table("player")
    op.drop_table("event_topic")
