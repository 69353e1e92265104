"""Files of games as others publish them, turned into rows: nothing here knows a database."""
