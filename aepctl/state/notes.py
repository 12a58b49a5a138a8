"""What a write to a shared store is about, for engines that keep a history. Pure."""

from aepctl.state.model import Run, State


def note_of(before: State, after: State, run: Run, *, over: bool) -> str:
    """A subject, and a body that says which run it was. `over`: the run ends with this write."""
    what = ", ".join(_changes(before, after)) or ("done" if over else "at work")
    body = [f"run {run.id}", run.job, f"commit {run.commit}" if run.commit else None]
    told = "\n".join(line for line in body if line)
    return f"{run.command.removeprefix('aepctl ')}: {what}\n\n{told}\n"


def _changes(before: State, after: State) -> list[str]:
    new = other = 0
    for key, one in after.audiences.items():
        was = before.audiences.get(key)
        if was is None:
            new += 1
        elif was is not one and was != one:  # most are the same object
            other += 1
    gone = len(before.audiences) - (len(after.audiences) - new)
    plans = len(set(after.plans) - set(before.plans))
    counts = ((new, "new"), (other, "changed"), (gone, "gone"), (len(after.intents), "open"))
    words = [f"{count} {word}" for count, word in counts if count]
    return words + (["a saved plan begun"] if plans else [])
