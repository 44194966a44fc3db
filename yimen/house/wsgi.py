"""The WSGI application that the web server runs."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from yimen.house.bonds import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yimen.house.settings")
if os.environ.get("YIMEN_PART") == "web":
    die_with_parent(signal.SIGKILL)  # a worker whose server was killed would keep the port and serve on
application = get_wsgi_application()
if os.environ.get("YIMEN_PART") == "web":
    from django.db import connections

    from yimen.house import key_match

    key_match.demand()
    connections.close_all()
