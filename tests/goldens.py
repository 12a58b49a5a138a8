"""Golden files: texts as a person found them right. See README.md for writing them anew."""

import os
from pathlib import Path
from typing import Protocol

DATA = Path(__file__).parent / "data"
UPDATE = bool(os.environ.get("AEPCTL_UPDATE_GOLDENS"))


class Golden(Protocol):
    """Compare a text with the golden file of this path below tests/data."""

    def __call__(self, path: str, text: str) -> None: ...


def compare(path: str, text: str) -> None:
    file = DATA / path
    if UPDATE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()
