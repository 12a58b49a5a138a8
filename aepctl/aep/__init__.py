"""The platform's API: its calls, and what its answers mean."""
