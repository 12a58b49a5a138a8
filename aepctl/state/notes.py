"""What a write to a shared store is about, for engines that keep a history. Pure."""

from aepctl.state.model import Run, State


def note_of(before: State, after: State, run: Run, *, over: bool) -> str:
    """A subject, and a body that says which run it was. `over`: the run ends with this write."""
    what = ", ".join(_changes(before, after)) or ("nothing new" if over else "at work")
    body = [f"run {run.id}", run.job, f"commit {run.commit}" if run.commit else None]
    told = "\n".join(line for line in body if line)
    return f"{run.command.removeprefix('aepctl ')}: {what}\n\n{told}\n"


def _changes(before: State, after: State) -> list[str]:
    new = changed = 0
    for key, one in after.audiences.items():
        was = before.audiences.get(key)
        if was is None:
            new += 1
        elif was is not one and was != one:  # most are the same object
            changed += 1
    gone = before.audiences.keys() - after.audiences.keys() if new else ()
    ids = {before.audiences[key].ids.audience_id for key in gone}
    moved = sum(one.ids.audience_id in ids for one in after.audiences.values()) if ids else 0
    counts = (
        (new - moved, "new"),
        (changed, "changed"),
        (moved, "moved"),
        (len(before.audiences) - len(after.audiences) + new - moved, "gone"),
        (len(after.intents), "open"),
    )
    plans = len(set(after.plans) - set(before.plans))
    words = [f"{count} {word}" for count, word in counts if count]
    return words + (["a saved plan begun"] if plans else [])
