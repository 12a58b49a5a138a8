"""export: what the platform has and no manifest names, as manifests; with adopt, also into state.

The manifests are written first, and what they define is recorded then: one that is killed between
the two finds its definitions when it is run again, and records those.
"""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from aepctl.aep.reader import AudienceReader
from aepctl.apply.reading import confirmed
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
from aepctl.operations.reading import connected
from aepctl.operations.state import session_for
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State
from aepctl.state.session import StateSession
from aepctl.wording import listed

LISTED_BUT_GONE = (
    "the platform lists it, but has no such audience under its id: it was deleted or made a moment "
    "ago. If it was made, an export in some minutes has it"
)


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
        self._chosen = Chosen()

    def do(self, state: State) -> Exported:
        """Look, choose, and write, or say what would be written."""
        options, target = self._options, self._target
        contents = target.contents()
        wants = resolve(self._manifests(), self._environment.name)
        there = there_of(wants, target.definitions(contents), state, self._environment)
        chosen = self._chosen = _look(self._context, self._environment, there, options)
        pages = pages_of(chosen.definitions, target.to, contents)
        if not options.dry_run:
            pages = tuple(write(target, pages))
        would_adopt = chosen.adoptable() if options.adopt else {}
        return Exported(
            chosen.definitions,
            pages,
            chosen.passed,
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
    context: Context, environment: Environment, there: There, options: ExportOptions
) -> Chosen:
    """What is chosen of what the platform lists, and is there by its own id as well.

    Raises CredentialsError, PlatformError, ListForbidden, and AepctlError where nothing matches.
    """
    asked = options.asked
    with connected(context, environment) as connection:
        reader = AudienceReader(connection, context.clock, patience=context.patience)
        seen = (*reader.list_all(), *reader.list_inactive())
        _check_found(seen, asked)
        believed = choose(seen, there, asked).believed(adopt=options.adopt)
        sure = confirmed(reader, seen, believed)
    chosen = choose(sure, there, asked)
    unreadable = (
        Passed(Why.LEFT_OUT, Audience(*identity), None, f"its {doubt} cannot be used")
        for identity, doubt in sorted(reader.unreadable.items())
        if asked.matches(Audience(*identity))
    )
    return replace(chosen, passed=(*chosen.passed, *_gone(seen, sure), *unreadable))


def _gone(listed: Iterable[Observed], there: Iterable[Observed]) -> Iterator[Passed]:
    """What lists show, and is not there."""
    ids = {one.ids.audience_id for one in there}
    left = {one.ids.audience_id: one.audience for one in listed if not one.is_gone}
    for audience_id, audience in sorted(left.items(), key=lambda one: (one[1].identity, one[0])):
        if audience_id not in ids:
            yield Passed(Why.LEFT_OUT, audience, audience_id, LISTED_BUT_GONE)


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
