"""Named data with immutable versions, and the runs that bring files in."""
