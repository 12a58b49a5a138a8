"""What all rigs share. What they count is shown at the end of the run: see ../conftest.py."""

import pytest
from rig import Record


@pytest.fixture
def report(record_property: Record) -> Record:
    """Note what a rig counted: `report("kill", "25 kills, 0 duplicates")`."""
    return lambda name, counts: record_property(f"rig: {name}", str(counts))
