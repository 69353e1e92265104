"""A league made up from one seed over real teams and real names: for days without data and without network.

Every game of it says Origin.SIMULATED and has an id that no real game can have; nothing here is a result.
"""

from app.stats.simulation.game_ids import is_simulated_game_id, simulated_game_id
from app.stats.simulation.plays import simulate_plays
from app.stats.simulation.seasons import SimulatedGame, simulate_seasons

__all__ = ["SimulatedGame", "is_simulated_game_id", "simulate_plays", "simulate_seasons", "simulated_game_id"]
