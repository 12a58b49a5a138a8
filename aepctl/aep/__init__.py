"""The platform: the only code that speaks HTTP. httpx and its exceptions stay inside."""
