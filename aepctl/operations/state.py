"""The state commands: what is open, and what a person decides about it. See adopting and keys."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.audience import Audience
from aepctl.model.steps import Create
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.given import given_bytes
from aepctl.operations.openones import after_abandoning, is_read
from aepctl.project.environment import Environment
from aepctl.state.events import Ending
from aepctl.state.loading import read_state
from aepctl.state.model import Intent
from aepctl.state.recover import Recovered, take_in
from aepctl.state.rescued import read_rescued
from aepctl.state.session import StateSession, open_session
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done, and what will happen next, if anything: sentences without their full stops.

    `each`: what was done to several, one by one.
    """

    done: str
    next: str | None = None
    each: tuple[str, ...] = ()


def intents(context: Context, environment: Environment) -> tuple[Intent, ...]:
    """All intents without an outcome. Raises StateError."""
    state = read_state(context.open_store(environment), environment.target)
    return tuple(state.intents.values())


def known_otherwise(environment: Environment, key: str, audience_id: str) -> SafetyRefusal:
    """State has another ID for the key than somebody decides."""
    keep = environment.command("state", "resolve", key, "--adopt", audience_id)
    return SafetyRefusal(
        f"`{key}` already has the audienceId {audience_id}",
        hint=f"to keep that one: `{keep}`; the other one can only be deleted on the platform",
        code="id-recorded-already",
    )


def recreate(context: Context, environment: Environment, key: str, *, wait: float = 0.0) -> Decided:
    """Decide that `key` is to be created, whatever the platform has.

    Raises StateLocked, StateError, InvalidInput; SafetyRefusal where it is known.
    """
    with session_for(context, environment, f"state resolve {key}", wait) as session:
        known, intent = session.state.audiences.get(key), session.state.intent_of(key)
        if known is not None and not (intent is not None and intent.takes_place_of(known)):
            if intent is not None and not isinstance(intent.step, Create):
                raise is_read(environment, key, known, intent)
            raise known_otherwise(environment, key, known.ids.audience_id)
        twice = "if the earlier attempt did arrive, the platform then has it twice"
        if intent is None:
            twice = "if the platform has it already, it then has it twice"
            intent = session.begin(key, Create(wanted_audience(context, environment, key)))
        reason = "decided: create it whatever the platform has"
        session.end(intent, Ending.RECREATE, reason=reason)
        session.checkpoint()
    return Decided(
        f"`{key}` will be created whatever the platform has",
        f"the next apply creates it without looking for it first; {twice}. "
        f"To undo: `{environment.command('state', 'resolve', key, '--abandon')}`",
    )


def abandon(context: Context, environment: Environment, key: str, *, wait: float = 0.0) -> Decided:
    """Decide to forget the open intent of `key`. Raises StateLocked, StateError, AepctlError."""
    with session_for(context, environment, f"state resolve {key}", wait) as session:
        intent = session.state.intent_of(key)
        if intent is None:
            raise AepctlError(
                f"no open intent for `{key}`",
                hint=f"list them with `{environment.command('state', 'intents')}`",
                code="no-open-intent",
            )
        then = after_abandoning(intent, session.state.audiences.get(key))
        session.end(intent, Ending.ABANDONED)
        session.checkpoint()
    return Decided(
        f"the open intent of `{key}` is forgotten",
        then,
    )


def rescued_text(file: str) -> str:
    """What is in a file that somebody rescued; `-`: standard input. Raises AepctlError."""
    return given_bytes(file, "the file that holds what apply printed").decode(errors="replace")


def recover(
    context: Context, environment: Environment, text: str, file: str, *, wait: float = 0.0
) -> Decided:
    """Take the IDs and open intents of a rescued journal into state. Running it again is harmless.

    `text` is a rescued journal, or a log in which an apply printed one. Raises StateLocked,
    StateError; SafetyRefusal where state has another ID for a key.
    """
    rescued = read_rescued(text, file)
    with session_for(context, environment, f"state recover {file}", wait) as session:
        recovered = take_in(session, *rescued.journals)
        session.checkpoint()
    left = "".join(f"; {one}" for one in rescued.left_out)
    then = f"`{environment.command('plan')}` shows what is left to do"
    if recovered.keyless:
        adopt = f"{environment.command('state', 'resolve')} KEY --adopt ID"
        then += (
            f"; {listed(recovered.keyless)} came of an intent that is neither in {file} nor in the "
            f"state: apply looks for what is wanted, or record it with `{adopt}`"
        )
    return Decided(f"{_told(recovered)}{left}", then)


def _told(recovered: Recovered) -> str:
    new, already, reopened = map(len, (recovered.new, recovered.already, recovered.reopened))
    parts = [f"recovered {new} audience{'s' * (new != 1)}"]
    parts += [f"{already} already recorded"] if already else []
    parts += [f"{reopened} open again"] if reopened else []
    return "; ".join(parts)


def session_for(
    context: Context, environment: Environment, command: str, wait: float
) -> AbstractContextManager[StateSession]:
    """The state under its lock, after waiting up to `wait` seconds for that."""
    return open_session(
        context.open_store(environment),
        environment.target,
        context.run(command),
        wait=wait,
        clock=context.clock,
        ids=context.new_id,
    )


def wanted_audience(context: Context, environment: Environment, key: str) -> Audience:
    """What the manifests ask for under this key. Raises InvalidInput, AepctlError."""
    wants = context.wants(environment)
    found = next((one for one in wants.audiences if one.key == key), None)
    if found is None:
        check_for_here(wants, environment, key)
        raise AepctlError(
            f"no audience `{key}` in the manifests and no open intent for it",
            hint=f"`{environment.command('plan')}` shows what is wanted, "
            f"`{environment.command('state', 'intents')}` what is open",
            code="no-such-key",
        )
    return found.audience


def check_for_here(wants: Wants, environment: Environment, key: str) -> None:
    """Raise AepctlError where the manifests want this key in other environments only."""
    block = next((one for one in wants.elsewhere if one.key == key), None)
    if block is not None:
        at = f"{block.origin.file}:{block.origin.line}"
        raise AepctlError(
            f"`{key}` in {at} is not for `{environment.name}`: nothing was recorded",
            hint=f"write {environment.name} under its `environments`, if it is to be there as well",
            code="not-for-environment",
        )
