"""What a write to a shared store is about, for engines that keep a history. Pure."""

from aepctl.state.model import Run, State


def note_of(before: State, after: State, run: Run, *, over: bool) -> str:
    """A subject, and a body that says which run it was. `over`: the run ends with this write."""
    what = ", ".join(_changes(before, after)) or ("done" if over else "at work")
    body = [f"run {run.id}", run.job, f"commit {run.commit}" if run.commit else None]
    told = "\n".join(line for line in body if line)
    return f"{run.command.removeprefix('aepctl ')}: {what}\n\n{told}\n"


def _changes(before: State, after: State) -> list[str]:
    new = len(after.audiences.keys() - before.audiences.keys())
    gone = len(before.audiences.keys() - after.audiences.keys())
    both = after.audiences.keys() & before.audiences.keys()
    other = sum(after.audiences[key] != before.audiences[key] for key in both)
    plans = len(set(after.plans) - set(before.plans))
    counts = ((new, "new"), (other, "changed"), (gone, "gone"), (len(after.intents), "open"))
    words = [f"{count} {word}" for count, word in counts if count]
    return words + (["a saved plan begun"] if plans else [])
