import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.core.provisioning import DatabaseUrls
from app.core.settings import Settings
from app.serving.store.reading import rollouts_by_id
from app.serving.views import RolloutPhase
from tests.serving import make
from tests.serving.conftest import PATIENCE_SECONDS, Ended, OpenPool, Register

PROGRAMME = Path(__file__).parent / "serving_process.py"
PROJECT = Path(__file__).parents[2]


async def has_opened(process_id: int, file: Path) -> None:
    """Wait until a process has the file open."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while str(file) not in _open_files(process_id):  # noqa: ASYNC110 - the kernel gives no word
            await asyncio.sleep(0.05)


def _open_files(process_id: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(str(descriptor.readlink()))
    return found


async def test_a_process_killed_while_it_loads_is_replaced_by_the_next(
    database: Database,
    workspace_id: WorkspaceId,
    database_urls: DatabaseUrls,
    settings: Settings,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
) -> None:
    rollout_id = await make.start(database, workspace_id, await register())
    (file,) = settings.artifacts_directory.iterdir()
    content = file.read_bytes()
    file.unlink()
    os.mkfifo(file)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, PROGRAMME, database_urls.application, settings.state_dir),
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    hanging = os.open(file, os.O_RDWR)  # a writer that says nothing: the reader waits in the middle

    await has_opened(process.pid, file)
    process.kill()
    await process.wait()
    async with database.reading(workspace_id) as connection:
        left = (await rollouts_by_id(connection, [rollout_id]))[rollout_id]
    os.close(hanging)
    file.unlink()
    file.write_bytes(content)
    pool = await open_pool()

    assert left.phase is RolloutPhase.RUNNING
    assert (await ended(rollout_id)).phase is RolloutPhase.PROMOTED
    assert (await pool.get(workspace_id, make.MODEL)).revision == 1
