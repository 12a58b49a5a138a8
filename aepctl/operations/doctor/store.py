"""Where state is kept: reachable, the right one, free, and nothing left over. It is only read."""

import os
from pathlib import Path

from aepctl.errors import AepctlError, StateUnreachable
from aepctl.files import is_there
from aepctl.model.checkup import Status
from aepctl.operations.doctor.patient import STORE_SECONDS, Found, Patient, within
from aepctl.project.paths import state_files
from aepctl.state.loading import read_state
from aepctl.state.model import Phase, State
from aepctl.state.rescue_file import left_behind
from aepctl.state.shared_store import SharedStore
from aepctl.wording import listed


def state(patient: Patient) -> Found:
    """The state is there, can be read, and is the one of this environment."""
    where = patient.where
    store = patient.store = patient.context.open_store(where)

    def read() -> State:
        if isinstance(store, SharedStore):
            written = store.read(where.target)
            patient.held = None if written.lock is None else written.lock.who
            if written.lock is not None:
                patient.lock_id = written.lock.id
            return written.state
        patient.held = store.held_by()
        return read_state(store, where.target)

    (found,) = within(STORE_SECONDS, [read])
    if isinstance(found, AepctlError):
        raise found
    if found is None:
        raise StateUnreachable(
            f"{store.where}: no answer within {STORE_SECONDS:.0f} s",
            hint="check `state:` in aepctl.yaml, and the way there (network, proxy, VPN)",
        )
    patient.state = found
    if not isinstance(store, SharedStore):
        _check_writable(where.state)
    if found.lineage is None:
        return Found(f"{store.where}: there is none yet, the first apply makes it")
    count = len(found.audiences)
    pinned = "" if where.lineage else "; not pinned by `lineage:`"
    said = f"{store.where}: serial {found.serial}, {count:,} audience{'s' * (count != 1)} known"
    return Found(said + (pinned if isinstance(store, SharedStore) else ""))


def lock(patient: Patient) -> Found:
    """Nobody holds the lock."""
    if patient.held is None:
        return Found("free")
    hint = "wait for it to end, or use --lock-timeout 10m"
    if patient.lock_id is not None:
        unlock = patient.where.command("state", "unlock", patient.lock_id)
        hint = f"{hint}; if you know that its runner is gone: `{unlock}`"
    return Found(f"held by {patient.held}", Status.WARNING, hint)


def conditions(patient: Patient) -> Found:
    """Whether late writers lose there: only writing tells, so this is not tried."""
    if not isinstance(patient.store, SharedStore):
        return Found("not needed: one machine writes, under a lock of the system")
    said = "not checked, for it takes a write: `state init` has seen to it when it made this state"
    return Found(said, Status.SKIPPED)


def leftovers(patient: Patient) -> Found:
    """What earlier runs have left for the next one."""
    left = []
    store, known = patient.store, patient.state
    if isinstance(store, SharedStore):
        files = left_behind(store.rescue, store.name)
        holds = ", or of the one that has the lock" if patient.held else ""
        left += [f"{one} of a run that was killed here{holds}" for one in files]
    elif store is not None and patient.held is None and store.read().log:
        left.append(f"{store.log_name} of a run that was killed")
    intents = () if known is None else known.intents.values()
    still = sorted({f"`{one.key}`" for one in intents if one.phase is Phase.OPEN})
    if still and patient.held is None:
        left.append(f"steps without a known outcome for {listed(still)}")
    if not left:
        return Found("none")
    again = patient.where.command("apply")
    hint = f"`{again}` takes them in, and looks first what became of them"
    return Found("; ".join(left), Status.WARNING, hint)


def _check_writable(path: str) -> None:
    """Raise AepctlError where nothing could be written beside a state. Nothing is."""
    for one in state_files(path):
        file = Path(one)
        there = next((folder for folder in file.parents if is_there(folder)), Path())
        if not os.access(there, os.W_OK | os.X_OK):
            raise AepctlError(
                f"{there}: nothing can be written there",
                hint="make the folder of the state writable",
                code="folder-unusable",
            )
