"""After a long wait that the platform asked for: whether what is to be created still is."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.errors import AepctlError
from aepctl.model.steps import Create, RemoteStep, Step
from aepctl.state.model import State

LONG_SECONDS = 60.0
"""After so much waiting what was seen is looked at again before anything more is created.

An apply that is not asked to wait creates for minutes after its look, so less than one minute more
is no matter; and who asks for patience is not to be asked for whole lists more often than that.
"""

StepsByKey: TypeAlias = Mapping[str, tuple[Step, ...]]


class Afresh:
    """Looks again when so long was waited since the last look. For any number of threads.

    `steps` looks at the platform, and says what would be done for each key by now; it may raise
    AepctlError. Where that is not what was approved the run stops.
    """

    def __init__(self, steps: Callable[[], StepsByKey], backoff: Backoff, stop: StopSignal) -> None:
        self._look = steps
        self._backoff = backoff
        self._stop = stop
        self._mutex = threading.Lock()
        self._waited = 0.0
        self._steps: StepsByKey | None = None

    def is_to_do(self, key: str, step: RemoteStep) -> bool:
        """Whether this step is still to be done: of others than creates a look says nothing."""
        if not isinstance(step, Create):
            return True
        try:
            steps = self._now()
        except AepctlError as error:  # what cannot be looked for is not created
            self._stop.request(error.message)
            return False
        if steps is None or step in steps.get(key, ()):
            return not self._stop.requested()
        self._stop.request(
            f"the platform was changed while it asked to wait: `{key}` is no longer to be created. "
            "Nothing more is sent; run it again, and review what it shows then"
        )
        return False

    def _now(self) -> StepsByKey | None:
        with self._mutex:
            waited = self._backoff.waited()
            if waited - self._waited > LONG_SECONDS:
                self._waited = waited
                self._steps = None if self._stop.requested() else self._look()
            return self._steps


def without_run(state: State, run: str) -> State:
    """The state without what this run has begun: that is no reason to leave a step undone."""
    intents = {one.id: one for one in state.intents.values() if one.run != run}
    return replace(state, intents=intents)
