"""Who sees what: the application's role, row-level security for workspaces, append-only tables.

The application connects as a member of `courtside_app`: neither owner nor superuser, so no policy
can be bypassed. Two functions answer what must be known before a workspace is: who a key belongs
to, and which workspaces there are to work for.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CURRENT_WORKSPACE = "nullif(current_setting('app.workspace', true), '')::uuid"
DEFAULT_WORKSPACE = "00000000-0000-7000-8000-000000000001"

OWNED = (
    "alias_change",
    "api_key",
    "audit_entry",
    "dataset",
    "dataset_version",
    "deployment",
    "endpoint",
    "evaluation",
    "experiment",
    "feature_view",
    "idempotency_key",
    "lineage_edge",
    "metric_point",
    "model_alias",
    "model_version",
    "prediction",
    "registered_model",
    "rollout",
    "rollout_event",
    "run",
    "run_step",
    "training_run",
)
OWNED_OR_SHARED = ("event", "event_pending")
APPEND_ONLY = ("alias_change", "audit_entry", "rollout_event")
FUNCTIONS = ("workspace_ids()", "find_api_key(text)", "analyze_league()")
LEAGUE = "team, player, game, team_line, player_line, play, season_totals, quarantined_row"


def upgrade() -> None:
    op.execute(
        "do $$ begin if not exists (select from pg_roles where rolname = 'courtside_app') then "
        "create role courtside_app nologin; end if; end $$"
    )
    op.execute("grant usage on schema public to courtside_app")
    op.execute("grant select, insert, update, delete on all tables in schema public to courtside_app")
    op.execute("grant usage on all sequences in schema public to courtside_app")
    op.execute("revoke insert, update, delete on alembic_version, workspace from courtside_app")
    for table in APPEND_ONLY:
        op.execute(f"revoke update, delete on {table} from courtside_app")
    op.execute("revoke update on event from courtside_app")
    _create_policies()
    _create_functions()
    op.execute(
        f"insert into workspace (id, name) values ('{DEFAULT_WORKSPACE}', 'default') on conflict do nothing"
    )
    op.execute("create schema mlflow")
    op.execute("grant usage, create on schema mlflow to courtside_app")


def _create_policies() -> None:
    for table in OWNED:
        mine = f"workspace_id = {CURRENT_WORKSPACE}"
        op.execute(f"create policy own_workspace on {table} using ({mine}) with check ({mine})")
    for table in OWNED_OR_SHARED:
        mine = f"workspace_id is null or workspace_id = {CURRENT_WORKSPACE}"
        op.execute(f"create policy own_workspace on {table} using ({mine}) with check ({mine})")
    op.execute(f"create policy own_workspace on workspace using (id = {CURRENT_WORKSPACE})")
    for table in (*OWNED, *OWNED_OR_SHARED, "workspace"):
        op.execute(f"alter table {table} enable row level security")
    # the owner is held to the policies too, but for the two tables that the functions below read
    for table in {*OWNED, *OWNED_OR_SHARED} - {"api_key"}:
        op.execute(f"alter table {table} force row level security")


def _create_functions() -> None:
    op.execute(
        "create function workspace_ids() returns setof uuid language sql stable security definer "
        "set search_path = public, pg_temp as 'select id from workspace order by id'"
    )
    op.execute(
        "create function find_api_key(wanted text) returns setof api_key language sql stable "
        "security definer set search_path = public, pg_temp as 'select * from api_key where prefix = wanted'"
    )
    # only an owner may; after a large load the planner must not wait until autovacuum comes by
    op.execute(
        "create function analyze_league() returns void language plpgsql security definer "
        f"set search_path = public, pg_temp as 'begin analyze {LEAGUE}; end'"
    )
    for function in FUNCTIONS:
        op.execute(f"revoke execute on function {function} from public")
        op.execute(f"grant execute on function {function} to courtside_app")


def downgrade() -> None:
    op.execute("drop schema mlflow cascade")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    for table in (*OWNED, *OWNED_OR_SHARED, "workspace"):
        op.execute(f"drop policy own_workspace on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
    op.execute("revoke all on all tables in schema public from courtside_app")
    op.execute("revoke all on all sequences in schema public from courtside_app")
    op.execute("revoke usage on schema public from courtside_app")
