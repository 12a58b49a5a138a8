"""Make it so: carry out a plan's creates, journaled, with three-valued outcomes."""
