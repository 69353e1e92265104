"""Who did something, as the audit trail names them."""

import strawberry

from schema.fields import derived


@strawberry.type(description="Somebody who acts: a person, a programme, the platform itself.")
class Actor:
    """Shows a name that was kept with what was done."""

    name: str = derived(lambda name: name, "The name of their key.")
