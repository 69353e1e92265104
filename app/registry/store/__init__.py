"""All SQL of the registry: `reading` answers for many parents at once, `writing` works in a session."""
