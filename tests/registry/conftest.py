"""Beside the one workspace of a new installation: another one, to be kept out."""

import uuid

import pytest
from psycopg import connect

from app.core.ids import WorkspaceId, new_id
from app.core.provisioning import DatabaseUrls


@pytest.fixture
def other_workspace_id(database_urls: DatabaseUrls) -> WorkspaceId:
    other = WorkspaceId(new_id())
    with connect(database_urls.owner) as owner:
        owner.execute("insert into workspace (id, name) values (%s, 'other')", [uuid.UUID(int=other.int)])
    return other
