"""Running the program to its end, with a person at hand who decides what it does not."""

import re
from collections.abc import Callable

from rig import Site

MOST_RUNS = 40
WAITS_FOR_A_PERSON = 3


def finish(
    ground: Site, command: tuple[str, ...], settled: Callable[[], bool] = lambda: False
) -> tuple[int, int]:
    """Run it until it has nothing left to do; how many runs that took, and the last exit code.

    `settled`: whether what is left for a person may stay so.
    """
    code = -1
    for run in range(1, MOST_RUNS + 1):
        code, out, err = ground.run(*command)
        assert code in {0, 1, WAITS_FOR_A_PERSON, 4}, out + err
        if code == 0:
            return run, code
        if code == WAITS_FOR_A_PERSON and not decide(ground, command, out + err) and settled():
            return run, code
    return MOST_RUNS, code


def decide(ground: Site, command: tuple[str, ...], said: str | None = None) -> int:
    """Create what "exists already": here a person knows that such an answer was a fault.

    How many were decided about. `said`: by the run that waits, else it is asked once more.
    """
    if said is None:
        _, out, err = ground.run(*command)
        said = out + err
    keys = dict.fromkeys(re.findall(r"state resolve (\S+) --recreate", said))
    for key in keys:
        program = command[: command.index("apply")]
        code, _, told = ground.run(*program, "state", "resolve", key, "--recreate")
        assert code == 0, told
    return len(keys)
