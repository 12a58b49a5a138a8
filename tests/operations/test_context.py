"""What a command has of the world."""

from aepctl.operations.context import system_context


def test_a_run_is_called_what_somebody_would_type() -> None:
    """It is told to whoever finds the state locked, and stands in the state's runs."""
    assert system_context().run("state mv old new").command == "aepctl state mv old new"
