"""Django's settings, composed from `config.Config`."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from yimen.house.config import Config
from yimen.house.logs import configuration

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
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "procrastinate.contrib.django",
    "csp",
    "django_htmx",
    "yimen.ground.kit",
    "yimen.ground.calendar",
    "yimen.ground.identity",
    "yimen.ground.organisations",
    "yimen.ground.documents",
    "yimen.ground.notices",
    "yimen.ground.matters",
    "yimen.service.catalogue",
    "yimen.service.cases",
    "yimen.service.fees",
    "yimen.service.reform",
    "yimen.service.residence",
    "yimen.service.windows",
    "yimen.service.offline",
    "yimen.service.certificates",
    "yimen.service.delivery",
    "yimen.service.coordination",
    "yimen.service.scrutiny",
    "yimen.service.hall",
    "yimen.watch.supervision",
    "yimen.watch.efficiency",
    "yimen.watch.drills",
    "yimen.edge.web",
]


def database(url: str) -> dict[str, object]:
    """Django's database entry for a libpq URL: kept connections, prepared statements, short timeouts."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "yimen.ground.kit.postgresql",
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
            "builtins": [
                "django.templatetags.static",
                "yimen.ground.kit.templatetags.kit",
                "yimen.ground.kit.templatetags.words",
            ],
        },
    }
]
PROCRASTINATE_IMPORT_PATHS = ["yimen.house.jobs", "yimen.ground.matters.tasks", "yimen.ground.organisations.tasks"]
CENTRE_NAME = CONFIG.centre_name
WARN_WORKDAYS = CONFIG.warn_workdays
LATE_RECEIPT_NEXT_DAY = CONFIG.late_receipt_next_day
ORIGIN = CONFIG.origin
EMAIL_URL = CONFIG.email_url
BANK_URL = CONFIG.bank_url
COURIER_URL, COURIER_NAME = CONFIG.courier_url, CONFIG.courier_name
DELIVERY_REMIND_WORKDAYS = CONFIG.delivery_remind_workdays
SMS_URL, SMS_SIGN, PUSH_URL = CONFIG.sms_url, CONFIG.sms_sign, CONFIG.push_url
IDENTITY_ISSUER, IDENTITY_NAME, IDENTITY_LEVEL = CONFIG.identity_issuer, CONFIG.identity_name, CONFIG.identity_level
IDENTITY_CLIENT_ID, IDENTITY_CLIENT_SECRET = CONFIG.identity_client_id, CONFIG.identity_client_secret
DEFAULT_FROM_EMAIL = CONFIG.email_from
FORM_RENDERER = "yimen.ground.kit.forms.Renderer"
LOGGING = configuration(CONFIG)
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.var / "static"
PRODUCTION = CONFIG.mode == "production"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION  # a trial serves the files where they lie; production runs collectstatic
WHITENOISE_AUTOREFRESH = DEBUG
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns when the folder it would serve is missing
MIDDLEWARE = [
    "yimen.house.health.Measure",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yimen.ground.kit.middleware.RequestMiddleware",
    "django.middleware.common.CommonMiddleware",
    "yimen.ground.organisations.middleware.ActorMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "yimen.ground.identity.policies.AccessMiddleware",
    "yimen.ground.kit.middleware.RefusalMiddleware",
]
PASSWORD_HASHERS = ["yimen.ground.identity.passwords.Argon2"]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# The live process: behind the same proxy, or, under `make run`, at a port of its own.
LIVE, LIVE_PORT = CONFIG.live_way, CONFIG.live_port
LIVE_HOSTS = CONFIG.plain_hosts if LIVE == "direct" else ()

# What the browser is told. A page loads nothing from elsewhere, and no style or script that is written into it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *(f"http://{host}:{LIVE_PORT}" for host in LIVE_HOSTS)],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
CSRF_FAILURE_VIEW = "yimen.ground.kit.errors.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
TRUSTED_PROXIES = tuple(proxy.strip() for proxy in CONFIG.trusted_proxies.split(",") if proxy.strip())
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_TRUSTED_ORIGINS = [CONFIG.origin]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
