"""The tests; tests/servers.py starts what they need, tests/conftest.py hands it out."""
