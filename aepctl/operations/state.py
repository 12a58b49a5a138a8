"""The state commands: what is open, and what a person decides about it. See adopting, too."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.files import NOT_A_FILE, read_regular, read_stream
from aepctl.model.audience import Audience
from aepctl.model.steps import Create, Forget, Move
from aepctl.operations.context import Context
from aepctl.project.environment import Environment
from aepctl.state.events import Ending
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase
from aepctl.state.recover import Recovered, take_in
from aepctl.state.rescued import read_rescued
from aepctl.state.session import StateSession, open_session
from aepctl.texts import wide_encoding
from aepctl.wording import listed

MAX_RESCUED = 1024 * 1024 * 1024
"""Bytes of a job's log."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done, and what will happen next, if anything: sentences without their full stops."""

    done: str
    next: str | None = None


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
    )


def recreate(context: Context, environment: Environment, key: str, *, wait: float = 0.0) -> Decided:
    """Decide that `key` is to be created, whatever the platform has.

    Raises StateLocked, StateError, InvalidInput; SafetyRefusal where it is known.
    """
    with session_for(context, environment, f"state resolve {key}", wait) as session:
        known, intent = session.state.audiences.get(key), session.state.intent_of(key)
        if known is not None:
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
            )
        session.end(intent, Ending.ABANDONED)
        session.checkpoint()
    return Decided(
        f"the open intent of `{key}` is forgotten",
        "if the manifests still want it, the next apply looks for it on the platform: what is "
        "found is adopted, else it is created",
    )


def move(
    context: Context, environment: Environment, old: str, new: str, *, wait: float = 0.0
) -> Decided:
    """Give the audience of `old` the key `new`; the platform knows no keys.

    Raises StateLocked, StateError, AepctlError; SafetyRefusal where `new` is taken.
    """
    with session_for(context, environment, f"state mv {old} {new}", wait) as session:
        state = session.state
        if old not in state.audiences:
            raise no_such_key(environment, old)
        if new in state.audiences:
            known = state.audiences[new].ids.audience_id
            raise SafetyRefusal(
                f"`{new}` already has the audienceId {known}",
                hint=f"choose another key for `{old}`, or move `{new}` first",
            )
        intent = state.intent_of(new)
        if intent is not None and intent.phase is Phase.OPEN:
            forget = environment.command("state", "resolve", new, "--abandon")
            raise SafetyRefusal(
                f"`{new}` has an open intent",
                hint=f"apply settles it; to forget it: `{forget}`",
            )
        session.note(new, Move(old))
        session.checkpoint()
    back = environment.command("state", "mv", new, old)
    return Decided(
        f"`{old}` is now `{new}`",
        f"the next plan compares it under its new key. To undo: `{back}`",
    )


def forget(context: Context, environment: Environment, key: str, *, wait: float = 0.0) -> Decided:
    """Forget what state has for `key`; it stays on the platform.

    Raises StateLocked, StateError, AepctlError; SafetyRefusal where something is open for the key.
    """
    with session_for(context, environment, f"state rm {key}", wait) as session:
        known, intent = session.state.audiences.get(key), session.state.intent_of(key)
        if known is None:
            raise no_such_key(environment, key)
        if intent is not None and intent.phase is Phase.OPEN:
            raise SafetyRefusal(
                f"`{key}` has an open intent",
                hint=f"`{environment.command('apply')}` settles it first",
            )
        session.note(key, Forget())
        session.checkpoint()
    audience_id = known.ids.audience_id
    undo = environment.command("state", "resolve", key, "--adopt", audience_id)
    return Decided(
        f"`{key}` is forgotten; {audience_id} stays on the platform",
        "if the manifests still want it, the next apply looks for it on the platform: what is "
        f"found is adopted, else it is created. To undo: `{undo}`",
    )


def no_such_key(environment: Environment, key: str) -> AepctlError:
    """State has nothing under this key."""
    return AepctlError(
        f"no audience `{key}` in the state {environment.state}",
        hint=f"`{environment.command('state', 'pull')}` shows its keys, under `audiences`",
    )


def rescued_text(file: str | None) -> str:
    """What is in a file that somebody rescued; None: standard input. Raises AepctlError."""
    name = "standard input" if file is None else file
    try:
        if file is None:
            raw = read_stream(0, most=MAX_RESCUED)
        else:
            raw = read_regular(file, most=MAX_RESCUED)
    except OSError as error:
        pipe = "; `-` reads standard input" if error.strerror == NOT_A_FILE else ""
        hint = f"name the file that holds what apply printed{pipe}"
        raise AepctlError(f"{name}: cannot be read: {error.strerror}", hint=hint) from error
    wide = wide_encoding(raw)
    if wide is not None:
        raise AepctlError(f"{name}: it is in {wide}; save it as UTF-8", hint="then run this again")
    return raw.decode(errors="replace")


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
    found = next((one for one in context.wanted(environment) if one.key == key), None)
    if found is None:
        raise AepctlError(
            f"no audience `{key}` in the manifests and no open intent for it",
            hint=f"`{environment.command('plan')}` shows what is wanted, "
            f"`{environment.command('state', 'intents')}` what is open",
        )
    return found.audience
