"""League data: teams, players, games, box scores and plays, from whatever file they came in."""
