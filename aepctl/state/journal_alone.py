"""What a rescued journal comes to by itself, whatever the state has made of it since. Pure."""

from aepctl.errors import StateError
from aepctl.model.steps import Adopt, Create
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted
from aepctl.state.journal import JournalContents
from aepctl.state.model import State
from aepctl.state.reducer import Draft

NOTHING_CHANGED = "the state was not changed"


class JournalAlone:
    """A journal by itself. `state` gives it the intents of earlier runs only. Raises StateError.

    `ended` has the outcomes by intent, `intent_of_id` the create that each audienceId came of, and
    `replaced` the audienceId whose place a create was to take. `keyless` are IDs of intents that
    are nowhere.
    """

    def __init__(self, journal: JournalContents, state: State) -> None:
        self.journal = journal
        self.ended: dict[str, Ended] = {}
        self.intent_of_id: dict[str, str] = {}
        self.replaced: dict[str, str] = {}
        self.keyless: list[str] = []
        self._before = state
        self._recorded = {one.ids.audience_id for one in state.audiences.values()}
        self._draft = Draft(
            State(journal.lineage, journal.serial, journal.target), several=journal.old
        )
        for line, event in journal.events:
            try:
                self._take(event)
            except Contradiction as error:
                raise unfit(f"{journal.name}:{line}", error) from error
        self.state = self._draft.state()

    def _take(self, event: Event) -> None:
        match event:
            case Ended():
                self._end(event)
            case Noted(_, step) if not isinstance(step, Adopt):
                self._pass_over_contradiction(event)
            case _:
                self._draft.take(event)

    def _end(self, event: Ended) -> None:
        if self._draft.intent(event.intent_id) is None:
            earlier = self._before.intents.get(event.intent_id)
            if earlier is None:
                self._note_keyless(event)
                return
            self._draft.take(Begun(earlier))
        intent = self._draft.intent(event.intent_id)
        self.ended[event.intent_id] = event
        if intent is not None and isinstance(intent.step, Create):
            self._draft.take(event)
            if event.ids is not None:
                self.intent_of_id[event.ids.audience_id] = event.intent_id
            if intent.step.replaces is not None:
                self.replaced[event.intent_id] = intent.step.replaces.audience_id
        elif not self._pass_over_contradiction(event):
            self._draft.take(Ended(event.intent_id, Ending.ABANDONED, event.run, event.at))

    def _note_keyless(self, event: Ended) -> None:
        """The ID of an intent that is nowhere: an earlier run began it, and the state was lost."""
        if event.ids is not None and event.ids.audience_id not in self._recorded:
            self.keyless.append(event.ids.audience_id)

    def _pass_over_contradiction(self, event: Event) -> bool:
        """Take it where it is about a key of this journal; others stay as state has them."""
        try:
            self._draft.take(event)
        except Contradiction:
            return False
        return True


def unfit(where: str, error: Contradiction) -> StateError:
    """The error for a journal of which something cannot have happened."""
    said = f"{where} does not fit the state: {error}"
    return StateError(said, hint=NOTHING_CHANGED, code="journal-does-not-fit")
