"""What we want: a folder of YAML files becomes wanted audiences, each with its origin."""

from aepctl.manifests.reader import read_manifests

__all__ = ["read_manifests"]
