"""The portal's own packages.

Importing it reads no settings: `embedded` and the tests start servers first, and only then is
the environment complete. The Celery application is found by `celery -A cctvportal`.
"""
