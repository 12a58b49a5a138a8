"""Identities in the form in which two spellings of one are the same to a person. Pure."""

from aepctl.model.audience import Identity
from aepctl.model.folding import folded


def folded_identity(identity: Identity) -> Identity:
    """Name, namespace and originName in that form."""
    name, namespace, origin_name = identity
    return folded(name), folded(namespace), folded(origin_name)
