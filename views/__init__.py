"""Pages, one per task, and the command line."""
