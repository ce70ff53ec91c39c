"""The one settings module. Every value that an office may change is read through env.py."""

from __future__ import annotations

from pathlib import Path

import django_stubs_ext

from cctvportal import env
from cctvportal.embedded import addresses

# Lets class bodies say ModelAdmin[User] and ForeignKey[...] at run time, as the type checker wants.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# Where everything variable lies -----------------------------------------------------------
PORTAL_DATA_DIR = env.folder("PORTAL_DATA_DIR", BASE_DIR / "var")
PORTAL_SECRET_DIR = env.folder("PORTAL_SECRET_DIR", PORTAL_DATA_DIR / "secrets")

# Demo: plain http on loopback, a banner on every page, accounts made by demo_data only.
PORTAL_DEMO = env.flag("PORTAL_DEMO", default=False)
DEBUG = False
SECRET_KEY = env.secret("PORTAL_SECRET_KEY", PORTAL_SECRET_DIR)
SECRET_KEY_FALLBACKS = env.words("PORTAL_SECRET_KEY_FALLBACKS", "")
# Seals camera passwords and export passphrases; a database dump alone opens neither.
PORTAL_MASTER_KEY = env.secret("PORTAL_MASTER_KEY", PORTAL_SECRET_DIR)
ALLOWED_HOSTS = env.words("PORTAL_HOSTS", "localhost,127.0.0.1,[::1]")
# Proxies whose X-Forwarded-For is believed (CIDR list); behind one that is missing here, all people
# share one address, and one who guesses passwords slows down everybody.
PORTAL_TRUSTED_PROXIES = env.networks("PORTAL_TRUSTED_PROXIES")

# Recording (design.md 6, 9) ---------------------------------------------------------------
SEGMENT_SECONDS = env.number("PORTAL_SEGMENT_SECONDS", 60, at_least=2)
LEASE_SECONDS = env.number("PORTAL_LEASE_SECONDS", 30, at_least=2)
ERASURE_WAIT_SECONDS = env.number("PORTAL_ERASURE_WAIT_SECONDS", 24 * 3600)
# Expiry lag stays under an hour, though three passages fail; each seals the keystore anew.
PURGE_EVERY_SECONDS = env.number("PORTAL_PURGE_EVERY_SECONDS", 900, at_least=5)
# What would end footage earlier waits so long after two persons agreed, and can be cancelled.
POLICY_CHANGE_DELAY_SECONDS = env.number("PORTAL_POLICY_CHANGE_DELAY_SECONDS", 7 * 24 * 3600)
CLOCK_JUMP_SECONDS = env.number("PORTAL_CLOCK_JUMP_SECONDS", 7 * 24 * 3600, at_least=60)
VOLUME_RESERVE_BYTES = int(env.number("PORTAL_VOLUME_RESERVE_BYTES", 2 * 1024**3))
# A volume that is full in fewer days is an alarm: time enough to buy a disk through procurement.
FORECAST_DAYS = env.number("PORTAL_FORECAST_DAYS", 14)
# Who asks /metrics says this as a bearer token.
METRICS_TOKEN = env.secret("PORTAL_METRICS_TOKEN", PORTAL_SECRET_DIR)
# Issuance (design.md 4): how long the checking room stays open after the passphrase is given.
ISSUANCE_HOURS = env.number("PORTAL_ISSUANCE_HOURS", 8, at_least=0.01)
# Holds by hand: share of a volume that holds may keep, how far ahead one may end, and how many days
# before that its reviewer is reminded, the last time urgently.
HOLD_QUOTA_PERCENT = env.number("PORTAL_HOLD_QUOTA_PERCENT", 30, at_least=1)
HOLD_LONGEST_DAYS = env.number("PORTAL_HOLD_LONGEST_DAYS", 180, at_least=1)
HOLD_REMIND_DAYS = env.days("PORTAL_HOLD_REMIND_DAYS", "14,3")
# A disk that took a copy with it which has to be wiped: after this the officer is asked about it.
WIPE_ASK_SECONDS = env.number("PORTAL_WIPE_ASK_SECONDS", 3 * 24 * 3600, at_least=60)
# The daily look at the store (a thirtieth of it) reads so fast on the average, without haste.
CHECKUP_BYTES_PER_SECOND = env.number("PORTAL_CHECKUP_BYTES_PER_SECOND", 10e6, at_least=1)
# After this, purged segments are kept as sums of a camera's day only.
FOLD_AFTER_DAYS = env.number("PORTAL_FOLD_AFTER_DAYS", 90, at_least=7)
NODE_NAME = env.text("PORTAL_NODE", "node-1")

# Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "cctvportal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rules.apps.AutodiscoverRulesConfig",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "django_prometheus",
    "cctvportal.common",
    "cctvportal.accounts",
    "cctvportal.audit",
    "cctvportal.jobs",
    "devices",
    "recordings",
    "requests_app",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cctvportal.common.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cctvportal.common.middleware.PrivatePagesMiddleware",
    "cctvportal.common.middleware.RefusalMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "cctvportal.urls"
WSGI_APPLICATION = "cctvportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cctvportal.common.context.portal",
            ],
            "builtins": ["cctvportal.common.templatetags.portal"],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# PostgreSQL, Valkey, Celery ---------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", addresses.database_url(PORTAL_DATA_DIR, "application"))
DATABASES = {
    "default": {**env.database(DATABASE_URL), "CONN_MAX_AGE": 60, "ATOMIC_REQUESTS": False}
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A server that vanished without a word ends our calls in half a minute (libpq; sockets ignore it).
_given = DATABASES["default"].get("OPTIONS")
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    **(_given if isinstance(_given, dict) else {}),
}
REDIS_URL = env.text("REDIS_URL", addresses.redis_url(PORTAL_DATA_DIR))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Measured in security.md 5: early ack and no ack emulation, because a Celery 5.7 worker with
# late ack hangs for ever after a Valkey restart. The job's truth is its row in PostgreSQL.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "ack_emulation": False,
    "socket_timeout": 10,
    "socket_keepalive": not REDIS_URL.startswith("unix:"),
    "health_check_interval": 5,
}
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "jobs"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Whoever watches must not stand in line behind what works; long jobs have a queue of their own
# (recordings/jobs.py), so that nothing below waits for an export.
CELERY_TASK_ROUTES = {"recordings.watch": {"queue": "recorder"}}
# Policy belongs in code: what runs by itself, and how often in seconds.
CELERY_BEAT_SCHEDULE = {
    task.replace(".", "-"): {"task": task, "schedule": every, "options": {"expires": every * 2}}
    for task, every in {
        "jobs.sweep": 2.0,
        "recordings.purge": PURGE_EVERY_SECONDS,
        "recordings.certify": 600.0,
        "recordings.holds": 60.0,
        "recordings.seal": 600.0,
        "recordings.checkup": 60.0,
        "recordings.fold": 3600.0,
        "recordings.watch": 60.0,
        "recordings.forecast": 60.0,
        "requests.lapse": 60.0,
    }.items()
}

# People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("nip", "name", "unit")}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "cctvportal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "nip"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
# A link of whoever decides or works with footage opens only after a second person's yes.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "cctvportal.accounts.tokens.LinkTokens"  # noqa: S105 - a class
ACCOUNT_FORMS = {"login": "cctvportal.accounts.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_PREVENT_ENUMERATION = True
# Throttled by our adapter, per account and per address, with a growing delay (security.md 1).
ACCOUNT_RATE_LIMITS = {"login": False, "login_failed": False}
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Browser ----------------------------------------------------------------------------------
SECURE = not PORTAL_DEMO
SESSION_COOKIE_NAME = "__Host-sesi" if SECURE else "sesi"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "cctvportal.common.views.csrf_failure"
SECURE_SSL_REDIRECT = env.flag("PORTAL_SSL_REDIRECT", default=SECURE)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        "worker-src": ["'self'", "blob:"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Static files: ours, and what npm brought (never committed) ------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.folder("PORTAL_STATIC_ROOT", PORTAL_DATA_DIR / "static")
# Off in the tests, which take the files from where they lie.
STATIC_COLLECTED = env.flag("PORTAL_STATIC_COLLECTED", default=True)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_COLLECTED
_npm = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (prefix, path)
        for prefix, path in (
            ("vendor/bootstrap", _npm / "bootstrap/dist/css"),
            ("vendor/public-sans", _npm / "@fontsource-variable/public-sans/files"),
            ("vendor/hls", _npm / "hls.js/dist"),
        )
        if path.is_dir()
    ),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = PORTAL_DATA_DIR / "letters"

# Language and time: Indonesian first; UTC in the database, WIB on the page ----------------
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("PORTAL_LOG_LEVEL", "INFO")},
    "loggers": {"zeep": {"level": "WARNING"}},
}
