"""Make it so: carry out a plan's steps, journaled, with three-valued outcomes."""
