"""Documents that were read before: a repeated operation is neither parsed nor validated again."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DocumentNode
from strawberry.extensions import SchemaExtension

KNOWN_DOCUMENTS = 512
LONGEST_KNOWN_TEXT = 20_000
"""Characters; a longer text is not kept, so that what is kept stays within 10 MB of text."""


@dataclass(slots=True)
class Known:
    """A document, and whether it fits the contract."""

    document: DocumentNode
    is_valid: bool = False


class Library:
    """The documents that were seen last, by their text."""

    def __init__(self, capacity: int = KNOWN_DOCUMENTS) -> None:
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._capacity = capacity

    def find(self, text: str | None) -> Known | None:
        """Return what is known of a text, and keep it from being forgotten."""
        if text is None or (known := self._known.get(text)) is None:
            return None
        self._known.move_to_end(text)
        return known

    def keep(self, text: str | None, document: DocumentNode) -> Known | None:
        """Keep a document, unless its text is long; the one seen longest ago makes room."""
        if text is None or len(text) > LONGEST_KNOWN_TEXT:
            return None
        known = self._known[text] = Known(document)
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return known


class Reading(SchemaExtension):
    """Reads an operation's document, from the library where it can."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: Known | None = None

    def on_parse(self) -> Iterator[None]:
        """Hand out the known document: Strawberry parses only where there is none."""
        context = self.execution_context
        self._known = self._library.find(context.query)
        if self._known is not None:
            context.graphql_document = self._known.document
        yield
        if self._known is None and context.graphql_document is not None:
            self._known = self._library.keep(context.query, context.graphql_document)

    def on_validate(self) -> Iterator[None]:
        """Say that a known document is valid; what the limits have found stands."""
        context, known = self.execution_context, self._known
        if known is not None and known.is_valid and context.pre_execution_errors is None:
            context.pre_execution_errors = []
        yield
        if known is not None and not context.pre_execution_errors:
            known.is_valid = True
