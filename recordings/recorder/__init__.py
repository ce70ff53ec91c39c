"""Records the cameras of one node inside a Celery worker (design.md 6)."""
