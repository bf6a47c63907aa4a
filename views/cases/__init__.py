"""The pages where people decide: missing plates, and virtual and demolished addresses."""
