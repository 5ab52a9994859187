"""For whoever must run an ASGI server. We serve WSGI: synchronous views under ASGI were measured three times slower."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "api.settings")
application = get_asgi_application()
