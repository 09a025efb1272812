"""Pure decisions: no await, no clock, no dice of its own, no environment, no framework."""
