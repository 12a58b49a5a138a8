"""What lies in a folder, to see that nothing of it was changed."""

from pathlib import Path


def tree(folder: Path) -> dict[str, bytes]:
    """All files, but for locks; what they hold, by their paths."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".lock")
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}
