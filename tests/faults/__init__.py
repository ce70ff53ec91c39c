"""The fault suite: kills, full disks, servers that go away, and one checker after each.

`python -m tests.faults` runs it; docs/faults.md says what is tried and how to repeat a seed.
"""
