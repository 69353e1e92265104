"""A league made up from one seed over real teams and real names: for days without data and without network.

Every game of it says Origin.SIMULATED and has an id that no real game can have; nothing here claims to be a result.
"""

from app.stats.simulation.game_ids import is_simulated_game_id, simulated_game_id
from app.stats.simulation.seasons import SimulatedGame, simulate_seasons

__all__ = ["SimulatedGame", "is_simulated_game_id", "simulate_seasons", "simulated_game_id"]
