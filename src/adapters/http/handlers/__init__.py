"""What the gate's routes do, one module a resource."""
