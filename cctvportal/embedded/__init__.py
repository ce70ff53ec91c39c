"""PostgreSQL and Valkey from wheels, and the processes of `make run`. Knows no Django."""
