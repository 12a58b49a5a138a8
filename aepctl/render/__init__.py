"""Plans, outcomes and problems as strings, one module a format. Nothing here prints."""
