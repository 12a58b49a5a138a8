"""What we want: a folder of YAML files becomes wanted audiences, each with its origin.

Reading knows no environment; `resolve` says what one of them is to have.
"""

from aepctl.manifests.reader import Manifests, read_manifests
from aepctl.manifests.resolve import resolve

__all__ = ["Manifests", "read_manifests", "resolve"]
