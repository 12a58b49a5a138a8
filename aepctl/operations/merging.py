"""state merge: Git's merge driver for a state file that is committed. It needs no project."""

from pathlib import Path

from aepctl.errors import AepctlError, StateError
from aepctl.files import read_regular
from aepctl.state.merge_text import MergedText, both, merge_documents
from aepctl.state.stores.disk import MAX_BYTES, Disk, replace_file

SETTING = "git config merge.aepctl.driver 'aepctl state merge %O %A %B'"


def merge_files(base: str, ours: str, theirs: str) -> MergedText:
    """Write the merge of three documents to `ours`, and say what a person has to decide.

    What cannot be merged leaves markers there, from the first moment on: whatever ends the merge,
    nobody takes one side for the whole. Raises AepctlError, StateError.
    """
    before, mine, other = _read(base), _read(ours), _read(theirs)
    _write(ours, both(mine, other))
    try:
        merged = merge_documents(before, mine, other)
    except StateError as error:
        hint = "both sides stand there whole, between markers: choose one, or mend the wrong one"
        raise StateError(
            f"the state cannot be merged: {error.message}", hint=hint, code="state-not-merged"
        ) from error
    _write(ours, merged.text)
    return merged


def _read(file: str) -> bytes:
    try:
        return read_regular(file, most=MAX_BYTES)
    except OSError as error:
        raise AepctlError(
            f"{file}: cannot be read: {error.strerror}",
            hint=f"Git is told to run it by `{SETTING}`",
            code="file-unreadable",
        ) from error


def _write(file: str, text: str) -> None:
    try:
        replace_file(Disk(), Path(file), text.encode(errors="surrogateescape"))
    except OSError as error:
        raise AepctlError(
            f"{file}: cannot be written: {error.strerror}", code="file-unwritable"
        ) from error
