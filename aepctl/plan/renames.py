"""A key that is new in the manifests may be an old one under another name."""

from collections.abc import Container, Mapping

from aepctl.model.audience import Identity, Known


def removed_by_identity(
    known: Mapping[str, Known], wanted: Container[str]
) -> Mapping[Identity, str]:
    """The keys that are no longer wanted, by what their audience is; of several, the first."""
    removed = sorted((key for key in known if key not in wanted), reverse=True)
    return {known[key].audience.identity: key for key in removed}
