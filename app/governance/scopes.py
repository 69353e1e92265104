"""What a credential may allow. The names are the API's; nothing here knows who holds them."""

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    """One right; `MEANINGS` says in a sentence what it allows."""

    STATS_READ = "STATS_READ"
    DATASET_WRITE = "DATASET_WRITE"
    TRAIN_WRITE = "TRAIN_WRITE"
    REGISTRY_WRITE = "REGISTRY_WRITE"
    DEPLOY_WRITE = "DEPLOY_WRITE"
    PREDICT = "PREDICT"
    MONITOR_WRITE = "MONITOR_WRITE"
    AUDIT_READ = "AUDIT_READ"
    PII_READ = "PII_READ"
    ADMIN = "ADMIN"


MEANINGS: Mapping[Scope, str] = {
    Scope.STATS_READ: "Read games, teams, players and statistics, and the workspace's data, runs and models.",
    Scope.DATASET_WRITE: "Bring in data and change datasets and feature views.",
    Scope.TRAIN_WRITE: "Start, change and cancel training runs.",
    Scope.REGISTRY_WRITE: "Register model versions and move aliases.",
    Scope.DEPLOY_WRITE: "Change what an endpoint serves.",
    Scope.PREDICT: "Ask an endpoint for predictions.",
    Scope.MONITOR_WRITE: "Change monitors and alerts, and report outcomes.",
    Scope.AUDIT_READ: "Read who did what.",
    Scope.PII_READ: "See personal data that is masked otherwise.",
    Scope.ADMIN: "Everything, keys included: implies every other scope.",
}

ALL_SCOPES: frozenset[Scope] = frozenset(Scope)
