"""How a GraphQL field is bound to a resolver.

`one` at a root, `each` under a parent, `act` for a mutation, `stream` for a subscription. All keep the
resolver's own keyword-only parameters as GraphQL arguments. The rows that a resolver returns are not shown
to GraphQL: the field's annotation is. A resolver under a parent takes all parents of its level at once,
so no list costs more than one call a level.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar, get_args

import strawberry
from strawberry import UNSET
from strawberry.dataloader import DataLoader
from strawberry.parent import StrawberryParent
from strawberry.types import Info

from app.core.errors import PlatformError
from app.governance.scopes import Scope
from resolvers.context import Context
from schema.directives import Cost, Requires
from schema.problems import dress, problem_type

P = ParamSpec("P")
S = TypeVar("S")
R = TypeVar("R")
Field = Any  # Strawberry's field stands in the place of the value that it answers with


@dataclass(frozen=True, slots=True)
class Argument:
    """How an argument is shown: its description, its GraphQL type where it differs from the resolver's."""

    description: str
    type: Any = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a field asks of its caller."""

    requires: Scope | None = None
    cost: int = 1
    multipliers: tuple[str, ...] = ()

    def directives(self) -> list[object]:
        """Return the terms as they stand in the contract."""
        shown: list[object] = []
        if self.cost != 1 or self.multipliers:
            shown.append(Cost(weight=self.cost, multipliers=list(self.multipliers) or UNSET))
        if self.requires is not None:
            shown.append(Requires(scope=self.requires))
        return shown

    def check(self, context: Context) -> None:
        """Raise `Forbidden` unless the caller holds the scope."""
        if self.requires is not None:
            context.actor.require(self.requires)


FREE = Terms()
Arguments = Mapping[str, Argument]
Batch = Callable[Concatenate[Sequence[S], Context, P], Awaitable[Sequence[R]]]


def one(
    resolver: Callable[Concatenate[Context, P], Awaitable[R]],
    description: str,
    *,
    arguments: Arguments = {},  # noqa: B006 - never written to
    terms: Terms = FREE,
) -> Field:
    """Declare a root field that is answered by one call."""

    async def resolve(info: Info[Context, None], **given: Any) -> R:  # noqa: ANN401 - checked by GraphQL
        terms.check(info.context)
        return await resolver(info.context, **given)  # type: ignore[call-arg]

    signed = _signed(resolve, resolver, arguments, parent=False)
    return strawberry.field(
        resolver=signed,
        description=description,
        directives=terms.directives(),
        metadata={"one": resolver, "terms": terms},
    )


def each(
    resolver: Batch[S, P, R],
    description: str,
    *,
    arguments: Arguments = {},  # noqa: B006 - never written to
    terms: Terms = FREE,
) -> Field:
    """Declare a field under a parent: `resolver` answers for all parents of the level in one call."""

    async def resolve(root: Any, info: Info[Context, None], **given: Any) -> R:  # noqa: ANN401 - checked by GraphQL
        terms.check(info.context)
        loaders, key = info.context.loaders, (resolver, repr(sorted(given.items())))
        loader = loaders.get(key)
        if loader is None:

            async def load(parents: list[Any]) -> list[R]:
                loaders.pop(key, None)  # a socket lives long: nothing of an operation may stay behind
                return list(await resolver(parents, info.context, **given))  # type: ignore[call-arg]

            loader = loaders[key] = DataLoader(load_fn=load, cache=False)
        answer: R = await loader.load(root)
        return answer

    signed = _signed(resolve, resolver, arguments, parent=True)
    return strawberry.field(
        resolver=signed,
        description=description,
        directives=terms.directives(),
        metadata={"each": resolver, "terms": terms},
    )


def act(
    resolver: Callable[..., Awaitable[object]],
    description: str,
    *,
    takes: type,
    success: type,
    answers: object,
    terms: Terms,
) -> Field:
    """Declare a mutation: one `input`, and a union of its success and the problems it may meet.

    The attributes of what `resolver` returns become the fields of `success`; an error that the union
    does not name is a top-level error.
    """
    members = get_args(get_args(answers)[0])
    shown = [field.name for field in fields(success) if field.name != "client_mutation_id"]

    async def resolve(info: Info[Context, None], input: Any) -> object:  # noqa: A002, ANN401 - the contract's word
        try:
            terms.check(info.context)
            result = await resolver(info.context, **domain_arguments(input))
        except PlatformError as error:
            problem = problem_type(error)
            if problem is None or problem not in members:
                raise
            return dress(error, problem)
        facts = {name: getattr(result, name) for name in shown}
        return success(client_mutation_id=_given(input.client_mutation_id), **facts)

    described = strawberry.argument(description="What is wanted.")
    resolve.__annotations__["input"] = Annotated[takes, described]
    return strawberry.mutation(
        resolver=resolve,
        description=description,
        directives=terms.directives(),
        metadata={"act": resolver, "terms": terms},
        graphql_type=answers,
    )


def stream(
    resolver: Callable[Concatenate[Context, P], AsyncIterator[object]],
    description: str,
    *,
    events: object,
    arguments: Arguments,
    terms: Terms = FREE,
) -> Field:
    """Declare a subscription: `events` is the union of what it may send."""

    async def resolve(info: Info[Context, None], **given: Any) -> AsyncIterator[object]:  # noqa: ANN401
        terms.check(info.context)
        async for event in resolver(info.context, **given):  # type: ignore[call-arg]
            yield event

    signed = _signed(resolve, resolver, arguments, parent=False)
    sent = AsyncIterator[events]  # type: ignore[valid-type]
    signed.__annotations__["return"] = sent
    signed.__signature__ = signed.__signature__.replace(return_annotation=sent)
    return strawberry.subscription(
        resolver=signed,
        description=description,
        directives=terms.directives(),
        metadata={"stream": resolver, "terms": terms},
    )


def domain_arguments(given: Any) -> dict[str, Any]:  # noqa: ANN401 - any Strawberry input
    """Take an input apart into plain arguments, without those omitted; nested inputs become domain values."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    return {
        name: _domain_value(value)
        for name, value in values.items()
        if value is not UNSET and name != "client_mutation_id"
    }


def _domain_value(value: Any) -> Any:  # noqa: ANN401 - any input value
    if isinstance(value, list):
        return [_domain_value(member) for member in value]
    return value.to_domain() if hasattr(value, "to_domain") else value


def _given(value: Any) -> Any:  # noqa: ANN401 - any input value
    return None if value is UNSET else value


def _signed(
    wrapper: Any,  # noqa: ANN401 - any function
    resolver: Callable[..., object],
    arguments: Arguments,
    *,
    parent: bool,
) -> Any:  # noqa: ANN401 - the function that was given
    """Give `wrapper` the signature that Strawberry reads: parent, info and the resolver's own arguments."""
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter("info", positional, annotation=Info)]
    if parent:
        parameters.insert(
            0, inspect.Parameter("root", positional, annotation=Annotated[Any, StrawberryParent()])
        )
    for parameter in inspect.signature(resolver).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY:
            shown = arguments[parameter.name]
            annotation: Any = shown.type or parameter.annotation
            described = Annotated[annotation, strawberry.argument(description=shown.description)]
            parameters.append(parameter.replace(annotation=described))
    wrapper.__signature__ = inspect.Signature(parameters)
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    wrapper.__name__, wrapper.__module__ = resolver.__name__, resolver.__module__
    return wrapper


def derived(derive: Callable[[Any], object], description: str) -> Field:
    """Declare a field that a pure function of the row tells: no loading, no waiting."""

    def resolve(root: strawberry.Parent[Any]) -> Any:  # noqa: ANN401 - the field's annotation says the type
        return derive(root)

    return strawberry.field(resolver=resolve, description=description)


def named(name: str, field: Field) -> Field:
    """Show a field under a name that Python keeps for itself, as `from`."""
    field.graphql_name = name
    return field
