"""The WSGI entry point. WSGI, because Django's FileResponse under ASGI reads a file into memory."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cctvportal.settings")

application = get_wsgi_application()
