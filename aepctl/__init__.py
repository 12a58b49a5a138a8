"""Declarative external audiences for Adobe Experience Platform.

The story, folder by folder:  manifests -> plan -> apply -> state.
"""

__version__ = "0.1.0"
