"""Running the program to its end, with a person at hand who decides what it does not."""

import re

from rig import Site

MOST_RUNS = 40
WAITS_FOR_A_PERSON = 3


def finish(ground: Site, command: tuple[str, ...]) -> tuple[int, int]:
    """Run it until it has nothing left to do; how many runs that took, and the last exit code."""
    code = -1
    for run in range(1, MOST_RUNS + 1):
        code, out, err = ground.run(*command)
        assert code in {0, 1, WAITS_FOR_A_PERSON, 4}, out + err
        if code == 0:
            return run, code
        if code == WAITS_FOR_A_PERSON:
            decide(ground, command)
    return MOST_RUNS, code


def decide(ground: Site, command: tuple[str, ...]) -> None:
    """Create what "exists already": here a person knows that such an answer was a fault."""
    _, out, err = ground.run(*command)
    for key in dict.fromkeys(re.findall(r"state resolve (\S+) --recreate", out + err)):
        program = command[: command.index("apply")]
        code, _, said = ground.run(*program, "state", "resolve", key, "--recreate")
        assert code == 0, said
