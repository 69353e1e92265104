"""The business: domains that know nothing of GraphQL, and three roofs (main, worker, cli)."""
