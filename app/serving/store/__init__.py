"""All SQL of serving: `reading` for many parents at once, `writing` in a session, `predictions` both."""
