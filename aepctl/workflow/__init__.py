"""The story of each command, read from top to bottom; the only place where real parts are wired.

A command's story is imported when that command runs: a plan needs neither HTTP nor threads.
"""
