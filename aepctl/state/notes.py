"""What a write to a shared store is about, for engines that keep a history. Pure."""

from aepctl.state.model import Run, State


def note_of(before: State, after: State, run: Run, *, over: bool) -> str:
    """A subject, and a body that says which run it was. `over`: the run ends with this write."""
    what = ", ".join(_changes(before, after)) or ("done" if over else "at work")
    body = [f"run {run.id}", run.job, f"commit {run.commit}" if run.commit else None]
    told = "\n".join(line for line in body if line)
    return f"{run.command.removeprefix('aepctl ')}: {what}\n\n{told}\n"


def _changes(before: State, after: State) -> list[str]:
    was = {one.ids.audience_id: key for key, one in before.audiences.items()}
    now = {one.ids.audience_id: key for key, one in after.audiences.items()}
    both = was.keys() & now.keys()
    moved = {one for one in both if was[one] != now[one]}
    changed = sum(before.audiences[was[one]] != after.audiences[now[one]] for one in both - moved)
    counts = (
        (len(now) - len(both), "new"),
        (changed, "changed"),
        (len(moved), "moved"),
        (len(was) - len(both), "gone"),
        (len(after.intents), "open"),
    )
    plans = len(set(after.plans) - set(before.plans))
    words = [f"{count} {word}" for count, word in counts if count]
    return words + (["a saved plan begun"] if plans else [])
