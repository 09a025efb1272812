"""What `airelay doctor` makes of what was observed: facts in, findings out."""
