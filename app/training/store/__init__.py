"""All SQL of training: `reading` answers for many parents at once, `writing` works in a session."""
