"""What an error suggests to run: it runs as it stands, in this folder, for this environment."""

from dataclasses import replace

from aepctl.errors import AepctlError, InvalidInput
from aepctl.wording import with_program


def make_pasteable(error: AepctlError, program: str) -> None:
    """Complete the commands of an error's hints. Those that are complete stay as they are.

    `program` is how they begin. What knows neither the folder nor the environment suggests
    `aepctl COMMAND`; what knows them names them itself. A message tells what was run, by whom.
    """
    if error.hint:
        error.hint = with_program(error.hint, program)
    if isinstance(error, InvalidInput):
        error.problems = tuple(
            replace(one, hint=with_program(one.hint, program)) if one.hint else one
            for one in error.problems
        )
