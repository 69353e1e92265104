"""Who may do what, and what was done: workspaces, keys, scopes and the audit trail."""
