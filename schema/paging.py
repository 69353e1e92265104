"""The arguments and terms that all pages share."""

from schema.fields import Argument, Terms

FIRST = Argument("How many entries at most, 1 to 500.")
AFTER = Argument("The `endCursor` of the page before; null for the first page.")
SEASON_FILTER = Argument("Only games of this season, as the league writes it: 2023-24.")
PAGED = Terms(multipliers=("first",))
