"""What no store took is printed whatever ends the command, with what to do."""

import click
import pytest

from aepctl.cli.formats import run_and_render
from aepctl.cli.invocation import Invocation
from aepctl.cli.outputs import Outputs
from aepctl.cli.rescued import rescued_by
from aepctl.errors import StateError
from aepctl.state.frames import framed, read_frames

TEXT = '{"type": "journal"}\n'


def with_note(error: BaseException) -> BaseException:
    error.add_note("a note of somebody else")
    error.add_note(framed(TEXT))
    return error


@pytest.mark.parametrize("kind", [StateError, KeyboardInterrupt, ZeroDivisionError])
def test_an_error_with_a_rescue_prints_it(
    kind: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> int:
        raise with_note(kind("full"))

    command = click.Command("x", callback=lambda: run_and_render(Outputs(), work))
    with pytest.raises((kind, click.Abort)):
        command.main([], standalone_mode=False, obj=Invocation("prod", ["there"]))
    said = capsys.readouterr().err
    assert "run `aepctl --chdir there --env prod state recover FILE`:\n" in said
    assert "somebody else" not in said
    assert read_frames(said).texts == (TEXT,)


def test_it_is_found_behind_what_an_error_became() -> None:
    outer = KeyboardInterrupt()
    outer.__cause__ = RuntimeError()
    outer.__cause__.__context__ = with_note(ValueError())
    outer.__cause__.__context__.__cause__ = outer  # a ring is no trap
    assert rescued_by(outer) == framed(TEXT)


def test_other_errors_print_nothing_more(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise StateError("gone")

    command = click.Command("x", callback=lambda: run_and_render(Outputs(), work))
    with pytest.raises(StateError):
        command.main([], standalone_mode=False, obj=Invocation())
    assert capsys.readouterr().err == ""
