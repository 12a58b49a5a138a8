"""aepctl.yaml, the environments in it, and the credentials from the environment variables."""
