"""One module a command: its story, read from top to bottom.

An operation is given a Context (what it has of the world) and an Environment (what it is about),
and is imported when its command runs: a plan needs neither HTTP nor threads.
"""
