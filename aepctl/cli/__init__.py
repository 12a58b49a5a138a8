"""The commands: parse, call the operation, render, exit code. Nothing else.

What a command needs is imported inside it: `aepctl --version` must not wait for pydantic.
"""
