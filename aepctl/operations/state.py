"""The state commands: what is open, and what a person decides about it. No network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Adopt, Create, Move
from aepctl.operations.context import Context
from aepctl.project.environment import Environment
from aepctl.state.events import Ending
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase, State
from aepctl.state.recover import Recovered, read_rescued, take_in
from aepctl.state.session import StateSession, open_session


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done, and what will happen next: two sentences without their full stops."""

    done: str
    next: str


def intents(context: Context, environment: Environment) -> tuple[Intent, ...]:
    """All intents without an outcome. Raises StateError."""
    state = read_state(context.open_store(environment), environment.target)
    return tuple(state.intents.values())


def adopt(context: Context, environment: Environment, key: str, audience_id: str) -> Decided:
    """Decide that `key` is the audience with this ID.

    Raises StateLocked, StateError, InvalidInput; SafetyRefusal where state knows otherwise.
    """
    with _session(context, environment, f"state resolve {key}") as session:
        state = session.state
        owner = session.owner(audience_id)
        if owner == key:
            return Decided(f"`{key}` already has the audienceId {audience_id}", "nothing changes")
        if owner is not None:
            move = environment.command("state", "mv", owner, key)
            raise SafetyRefusal(
                f"{audience_id} is the audienceId of `{owner}`; `{key}` cannot have it as well",
                hint=f"to give it the other key: `{move}`",
            )
        _refuse_known(key, state)
        intent = state.intent_of(key)
        if intent is not None and isinstance(intent.step, Create):
            session.end(intent, Ending.DONE, ids=Ids(audience_id))
        else:
            wanted = _wanted(context, environment, key)
            session.note(key, Adopt(Known(wanted, Ids(audience_id))))
        session.checkpoint()
    return Decided(
        f"`{key}` now has the audienceId {audience_id} (not checked on the platform)",
        "the next plan compares it with the manifests; nothing is created for it",
    )


def recreate(context: Context, environment: Environment, key: str) -> Decided:
    """Decide that `key` is to be created, whatever the platform has.

    Raises StateLocked, StateError, InvalidInput; SafetyRefusal where it is known.
    """
    with _session(context, environment, f"state resolve {key}") as session:
        _refuse_known(key, session.state)
        intent = session.state.intent_of(key)
        if intent is None:
            intent = session.begin(key, Create(_wanted(context, environment, key)))
        reason = "decided: create it whatever the platform has"
        session.end(intent, Ending.RECREATE, reason=reason)
        session.checkpoint()
    return Decided(
        f"`{key}` will be created again",
        "the next apply creates it without looking for it first; if the earlier attempt did "
        "arrive, the platform then has it twice",
    )


def abandon(context: Context, environment: Environment, key: str) -> Decided:
    """Decide to forget the open intent of `key`. Raises StateLocked, StateError, AepctlError."""
    with _session(context, environment, f"state resolve {key}") as session:
        intent = session.state.intent_of(key)
        if intent is None:
            raise AepctlError(
                f"no open intent for `{key}`",
                hint=f"list them with `{environment.command('state', 'intents')}`",
            )
        session.end(intent, Ending.ABANDONED)
        session.checkpoint()
    return Decided(
        f"the open intent of `{key}` is forgotten",
        "if the manifests still want it, the next apply looks for it on the platform: what is "
        "found is adopted, else it is created",
    )


def move(context: Context, environment: Environment, old: str, new: str) -> Decided:
    """Give the audience of `old` the key `new`; the platform knows no keys.

    Raises StateLocked, StateError, AepctlError; SafetyRefusal where `new` is taken.
    """
    with _session(context, environment, f"state mv {old} {new}") as session:
        state = session.state
        if old not in state.audiences:
            raise AepctlError(
                f"no audience `{old}` in the state {environment.state}",
                hint="its keys stand there under `audiences`, one to a line",
            )
        _refuse_known(new, state)
        intent = state.intent_of(new)
        if intent is not None and intent.phase is Phase.OPEN:
            raise SafetyRefusal(
                f"`{new}` has an open intent",
                hint=f"resolve it first: `{environment.command('state', 'resolve', new)}`",
            )
        session.note(new, Move(old))
        session.checkpoint()
    return Decided(f"`{old}` is now `{new}`", "the next plan compares it under its new key")


def recover(context: Context, environment: Environment, text: str, file: str) -> Decided:
    """Take the IDs and open intents of a rescued journal into state. Running it again is harmless.

    `text` may be a piece of a log: what stands before a journal line is passed over. Raises
    StateLocked, StateError; SafetyRefusal where state has another ID for a key.
    """
    journal, cut = read_rescued(text, file)
    with _session(context, environment, f"state recover {file}") as session:
        recovered = take_in(session, journal)
        session.checkpoint()
    left = "; the last line is cut short and was skipped" if cut else ""
    return Decided(
        f"{_told(recovered)}{left}",
        f"`{environment.command('plan')}` shows what is left to do",
    )


def _told(recovered: Recovered) -> str:
    new, already, reopened = map(len, (recovered.new, recovered.already, recovered.reopened))
    parts = [f"recovered {new} audience{'s' * (new != 1)}"]
    parts += [f"{already} already recorded"] if already else []
    parts += [f"{reopened} open again"] if reopened else []
    return "; ".join(parts)


@contextmanager
def _session(context: Context, environment: Environment, command: str) -> Iterator[StateSession]:
    with open_session(
        context.open_store(environment),
        environment.target,
        context.run(command),
        clock=context.clock,
        ids=context.new_id,
    ) as session:
        yield session


def _wanted(context: Context, environment: Environment, key: str) -> Audience:
    found = next((one for one in context.wanted(environment) if one.key == key), None)
    if found is None:
        raise AepctlError(
            f"no audience `{key}` in the manifests and no open intent for it",
            hint=f"`{environment.command('plan')}` shows what is wanted, "
            f"`{environment.command('state', 'intents')}` what is open",
        )
    return found.audience


def _refuse_known(key: str, state: State) -> None:
    if key in state.audiences:
        known = state.audiences[key].ids.audience_id
        raise SafetyRefusal(
            f"`{key}` already has the audienceId {known}", hint="the state was not changed"
        )
