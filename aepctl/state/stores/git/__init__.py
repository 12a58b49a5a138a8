"""State on a branch of a Git server, reached with the program `git`.

`store` is the engine; `branch` what it sees of the server; `repository` the gits that it runs in a
`workspace`, as `process` runs them and with what `project` finds of the user's settings; `address`,
`answers`, `reasons` and `objects` are pure. `history` reads the log.
"""

from aepctl.state.stores.git.process import Limits
from aepctl.state.stores.git.store import GitDocuments, open_git

__all__ = ["GitDocuments", "Limits", "open_git"]
