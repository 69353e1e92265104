from collections import Counter

from nba_api.stats.static import teams as nba_api_teams

from app.stats.league import DEFUNCT_TEAMS, DIVISIONS, TEAMS, find_player_name, find_team, list_players


def test_the_teams_are_those_that_nba_api_ships() -> None:
    shipped = {(each["id"], each["abbreviation"], each["full_name"]) for each in nba_api_teams.get_teams()}

    ours = {(team.id, team.abbreviation, team.name) for team in TEAMS}

    assert ours == shipped


def test_every_division_holds_five_teams_of_its_own_conference() -> None:
    membership = Counter((team.conference, team.division) for team in TEAMS)

    expected = {
        (conference, division) for conference, divisions in DIVISIONS.items() for division in divisions
    }

    assert set(membership) == expected
    assert set(membership.values()) == {5}


def test_a_dissolved_franchise_is_known_by_its_id_and_is_not_its_namesake() -> None:
    capitols = find_team(1610610036)

    assert capitols is not None
    assert capitols.name == "Washington Capitols"
    assert not {team.id for team in DEFUNCT_TEAMS} & {team.id for team in TEAMS}


def test_an_unknown_team_is_none() -> None:
    assert find_team(7) is None


def test_players_come_once_each_with_a_name_and_in_the_order_of_their_ids() -> None:
    players = list_players()

    ids = [player.id for player in players]

    assert len(ids) > 5_000
    assert ids == sorted(set(ids))
    assert all(player.full_name.strip() for player in players)
    assert any(player.is_active for player in players)


def test_names_keep_their_diacritics() -> None:
    assert find_player_name(1629029) == "Luka Dončić"
    assert find_player_name(-1) is None
