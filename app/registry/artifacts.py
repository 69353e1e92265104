"""Model files on their way back in: found by name, believed only if their digest is the one on record."""

from app.training.artifacts import ArtifactAltered, read_artifact

__all__ = ["ArtifactAltered", "read_artifact"]
