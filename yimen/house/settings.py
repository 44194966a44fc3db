"""Django's settings, composed from `config.Config`."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from yimen.house.config import Config

CONFIG = Config.read()
SECRET_KEY = CONFIG.secret()
YIMEN_VAR = CONFIG.var
DEBUG = CONFIG.debug
ALLOWED_HOSTS = [host.strip() for host in CONFIG.hosts.split(",") if host.strip()]
ROOT_URLCONF = "yimen.house.urls"
WSGI_APPLICATION = "yimen.house.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
AUTH_USER_MODEL = "identity.Account"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "yimen.ground.kit",
    "yimen.ground.calendar",
    "yimen.ground.identity",
    "yimen.ground.organisations",
    "yimen.ground.documents",
    "yimen.ground.notices",
    "yimen.ground.matters",
    "yimen.service.catalogue",
    "yimen.service.cases",
    "yimen.edge.web",
]


def database(url: str) -> dict[str, object]:
    """Django's database entry for a libpq URL: kept connections, prepared statements, short timeouts."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "yimen",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(query.pop("port", None) or parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1, "connect_timeout": 3, **query},
    }


DATABASES = {
    "default": database(
        (CONFIG.owner_database_url if CONFIG.as_owner else "") or CONFIG.database_url or "postgresql:///yimen"
    )
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "yimen.ground.kit.pages.shell",
            ],
            "builtins": ["django.templatetags.static", "yimen.ground.kit.templatetags.kit"],
        },
    }
]
CENTRE_NAME = CONFIG.centre_name
FORM_RENDERER = "yimen.ground.kit.forms.Renderer"
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.var / "static"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
