"""What we know: the state file, its journal and its lock.

Meaning (model), format (codec, journal) and storage (store, disk, lock) are separate modules.
"""
