"""export: what the platform has and no manifest names, as manifests; with adopt, also into state.

The manifests are written first, and what they define is recorded then: one that is killed between
the two finds its definitions when it is run again, and records those.
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from aepctl.aep.reader import AudienceReader
from aepctl.errors import AepctlError, InvalidInput
from aepctl.manifests import Manifests, resolve
from aepctl.manifests.document import Manifest
from aepctl.manifests.export import Asked, Chosen, Passed, There, Why, choose
from aepctl.manifests.exported import Exported
from aepctl.manifests.pages import pages_of
from aepctl.model.audience import Audience, Known, Observed
from aepctl.model.steps import Adopt, Create
from aepctl.model.wants import Wants
from aepctl.operations.context import Context, has_no_manifests
from aepctl.operations.exportfolder import target_of, write
from aepctl.operations.state import session_for
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State
from aepctl.state.session import StateSession
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What somebody asks of an export. `wait` is for the lock, in seconds."""

    to: str
    asked: Asked = field(default_factory=Asked)
    adopt: bool = False
    dry_run: bool = False
    wait: float = 0.0
    allow_outside: bool = False


def export(context: Context, environment: Environment, options: ExportOptions) -> Exported:
    """Write definitions of what was asked for and is not defined yet.

    Raises InvalidInput, CredentialsError, PlatformError, ListForbidden, StateError, StateLocked,
    and AepctlError where the folder cannot be used or nothing is what was asked for.
    """
    work = _Export(context, environment, options)
    if options.dry_run or not options.adopt:
        return work.do(read_state(context.open_store(environment), environment.target))
    with session_for(context, environment, "export --adopt", options.wait) as session:
        done = work.do(session.state)
        adopted = work.adopt(session)
        session.checkpoint()
    return replace(done, adopted=adopted)


class _Export:
    """One export, step by step. Use once."""

    def __init__(self, context: Context, environment: Environment, options: ExportOptions) -> None:
        self._context, self._environment, self._options = context, environment, options
        self._target = target_of(
            options.to, environment, context.environ, allow_outside=options.allow_outside
        )
        if options.adopt and not self._target.is_read:
            raise AepctlError(
                f"--adopt: {options.to} is not below {environment.manifests}, so no plan would "
                "find there what the state then knows",
                hint=f"use `--to {shlex.quote(environment.manifests)}`, or leave --adopt out",
                code="export-folder",
            )
        self._chosen = Chosen((), ())

    def do(self, state: State) -> Exported:
        """Look, choose, and write, or say what would be written."""
        options, target = self._options, self._target
        contents = target.contents()
        wants = resolve(self._manifests(), self._environment.name)
        there = there_of(wants, target.definitions(contents), state, self._environment)
        seen, unreadable = _look(self._context, self._environment)
        unreadable = tuple(one for one in unreadable if options.asked.matches(one.audience))
        _check_found(seen, options.asked)
        chosen = self._chosen = choose(seen, there, options.asked)
        pages = pages_of(chosen.definitions, target.to, contents)
        if not options.dry_run:
            pages = tuple(write(target, pages))
        would_adopt = chosen.adoptable() if options.adopt else {}
        return Exported(
            chosen.definitions,
            pages,
            (*chosen.passed, *unreadable),
            {key: place for page in pages for key, place in page.origins().items()},
            frozenset(would_adopt),
            dry_run=options.dry_run,
            adopt=options.adopt,
            is_read=target.is_read,
            mine=options.asked.mine,
        )

    def adopt(self, session: StateSession) -> frozenset[str]:
        """Record what is defined and was found, once it is read from the manifests."""
        adoptable = self._chosen.adoptable()
        if not adoptable:
            return frozenset()
        # What a team's rules ask is for plans to say: nothing is made here.
        wants = resolve(self._manifests(), self._environment.name)
        wanted = {one.key: one.audience for one in wants.audiences}
        adopted = []
        with session.together():
            for key, found in adoptable.items():
                if key in wanted:
                    known = Known.seen(wanted[key], found.audience, found.ids)
                    session.note(key, Adopt(known))
                    adopted.append(key)
        return frozenset(adopted)

    def _manifests(self) -> Manifests:
        """What is defined, in all environments; nothing where this is the beginning."""
        try:
            return self._context.read_manifests(self._environment.manifests)
        except InvalidInput as error:
            if has_no_manifests(error):
                return Manifests()
            raise


def there_of(
    wants: Wants, apart: Iterable[Manifest], state: State, environment: Environment
) -> There:
    """What is defined, in the folder also where no plan reads it (`apart`), and what is known."""
    ended = {
        audience_id: said
        for key, known in state.audiences.items()
        for audience_id, said in _ended(key, known, environment)
    }
    doubtful = {
        one.step.audience.folded_identity: one.key
        for one in state.intents.values()
        if isinstance(one.step, Create)
    }
    return There(
        (*wants.audiences, *(one for each in apart for one in each.wanted)),
        {one.ids.audience_id: key for key, one in state.audiences.items()},
        frozenset({*state.audiences, *(one.key for one in state.intents.values())}),
        doubtful,
        ended,
        environment.program,
        wants.elsewhere,
    )


def _ended(key: str, known: Known, environment: Environment) -> Iterator[tuple[str, str]]:
    """What of a key is no longer wanted: what was retained, and what another one replaced."""
    if known.retained:
        forget = environment.command("state", "rm", key)
        said = f"the manifests ended it as `{key}`, and it was to stay; `{forget}` forgets that"
        yield known.ids.audience_id, said
    for audience_id in known.all_ids:
        if audience_id != known.ids.audience_id:
            yield audience_id, f"`{key}` took its place, and an apply deletes it"


def _look(
    context: Context, environment: Environment
) -> tuple[tuple[Observed, ...], tuple[Passed, ...]]:
    """All that the platform lists, and what of it says too little.

    Raises CredentialsError, PlatformError, ListForbidden.
    """
    credentials(environment, context.environ)  # what is missing is told before anything is asked
    with context.open_platform(context, environment) as platform:
        connection = platform.connect()
        try:
            reader = AudienceReader(connection, context.clock, patience=context.patience)
            seen = (*reader.list_all(), *reader.list_inactive())
        finally:
            connection.close()
    return seen, tuple(
        Passed(Why.LEFT_OUT, Audience(*identity), None, f"its {doubt} cannot be used")
        for identity, doubt in sorted(reader.unreadable.items())
    )


def _check_found(seen: Iterable[Observed], asked: Asked) -> None:
    """Raise AepctlError where the platform has audiences, and none is what was asked for."""
    there = [one.audience for one in seen if not one.is_gone]
    if not there or any(asked.matches(one) for one in there):
        return
    namespaces = listed(sorted({one.namespace for one in there}))
    origins = listed(sorted({one.origin_name for one in there}))
    raise AepctlError(
        f"none of {len(there)} audiences is what --namespace, --origin and --name ask for",
        hint=f"case counts, and so does each blank. It has the namespaces {namespaces}, and "
        f"the originNames {origins}",
        code="nothing-matches",
    )
