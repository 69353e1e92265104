"""The queue that wakes runs: procrastinate's own tables and functions, in a schema of their own.

Its SQL comes from the installed package; what a later version changes there belongs into a revision of
its own (a test says when). Its functions are pinned to that schema, so that they can be called from a
transaction of ours. Triggers are added: a job that becomes ready again (a retry, a rescue, a lock that
is released) is announced like a new one.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ANNOUNCE = """
create function jobs.announce_ready() returns trigger language plpgsql as $$
declare payload text := json_build_object('type', 'job_inserted', 'job_id', old.id)::text;
begin
  perform pg_notify('procrastinate_queue_v1#' || old.queue_name, payload);
  perform pg_notify('procrastinate_any_queue_v1', payload);
  return null;
end $$;
create trigger announce_again after update of status on jobs.procrastinate_jobs
  for each row when (old.status = 'doing' and (new.status = 'todo' or old.lock is not null))
  execute function jobs.announce_ready();
create trigger announce_release after delete on jobs.procrastinate_jobs
  for each row when (old.status = 'doing' and old.lock is not null)
  execute function jobs.announce_ready();
"""
PIN = """do $$ declare pinned regprocedure; begin
  for pinned in select oid::regprocedure from pg_proc where pronamespace = 'jobs'::regnamespace loop
    execute format('alter function %s set search_path = jobs, pg_temp', pinned);
  end loop;
end $$"""
GRANTS = (
    "grant usage on schema jobs to courtside_app",
    "grant select, insert, update, delete on all tables in schema jobs to courtside_app",
    "grant usage on all sequences in schema jobs to courtside_app",
    "revoke execute on all functions in schema jobs from public",
    "grant execute on all functions in schema jobs to courtside_app",
    "alter default privileges in schema jobs grant select, insert, update, delete on tables to courtside_app",
    "alter default privileges in schema jobs grant usage on sequences to courtside_app",
    "alter default privileges in schema jobs grant execute on functions to courtside_app",
)


def upgrade() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path = jobs")
    # as a driver's string: the script holds percent signs and colons that are nobody's parameters
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public")
    op.execute(ANNOUNCE)
    op.execute(PIN)
    for grant in GRANTS:
        op.execute(grant)


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
