"""What every domain stands on: settings, errors, the database, events, runs and the queue."""
