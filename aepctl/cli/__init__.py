"""The commands: parse, call the workflow, render, exit code. Nothing else.

What a command needs is imported inside it: `aepctl --version` must not wait for pydantic.
"""
