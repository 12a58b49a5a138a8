"""What a rig counted is shown at the end of every run, whichever process ran it."""

import pytest
from rig import Record


@pytest.fixture
def report(record_property: Record) -> Record:
    """Note what a rig counted: `report("kill", "25 kills, 0 duplicates")`."""
    return lambda name, counts: record_property(f"rig: {name}", str(counts))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        f"{name.removeprefix('rig: ')}: {value}"
        for outcome in ("passed", "failed")
        for one in terminalreporter.stats.get(outcome, ())
        for name, value in one.user_properties
        if name.startswith("rig: ")
    ]
    if lines:
        terminalreporter.section("rigs")
        for line in lines:
            terminalreporter.write_line(line)
