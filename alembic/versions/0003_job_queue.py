"""The queue that wakes runs: procrastinate's own tables and functions, in a schema of their own.

Its functions are pinned to that schema, so that they can be called from a transaction of ours. One trigger
is added: a job that becomes free again (a retry, a rescue) is announced like a new one.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PIN = """do $$ declare pinned regprocedure; begin
  for pinned in select oid::regprocedure from pg_proc where pronamespace = 'jobs'::regnamespace loop
    execute format('alter function %s set search_path = jobs, pg_temp', pinned);
  end loop;
end $$"""

ANNOUNCE = """create trigger announce_again after update of status on jobs.procrastinate_jobs
  for each row when (old.status = 'doing' and new.status = 'todo')
  execute function jobs.procrastinate_notify_queue_job_inserted_v1()"""


def upgrade() -> None:
    op.execute("create schema jobs")
    op.execute("set local search_path = jobs")
    # as a driver's string: the script holds percent signs and colons that are nobody's parameters
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path = public")
    op.execute(PIN)
    op.execute(ANNOUNCE)
    op.execute("grant usage on schema jobs to courtside_app")
    op.execute("grant select, insert, update, delete on all tables in schema jobs to courtside_app")
    op.execute("grant usage on all sequences in schema jobs to courtside_app")


def downgrade() -> None:
    op.execute("drop schema jobs cascade")
