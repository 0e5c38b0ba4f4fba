"""Starting Django for one office. One process serves one office at a time; tests may change to another."""

from collections.abc import Mapping
from typing import Any

from holdfast.store.office.config import OfficeConfig

APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "holdfast.store.office",
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"()": "holdfast.store.office.logs.BareFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "bare"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
        "django.security": {"handlers": ["stderr"], "level": "CRITICAL", "propagate": False},
        "waitress": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
    },
}
"""What fails is logged without a word of what was in it, from the command line as from the console."""


def store_settings(config: OfficeConfig, secret: str) -> dict[str, Any]:
    """What Django needs for the store alone; the console adds its own (`web/console`)."""
    return {
        "DATABASES": {"default": config.database},
        "SECRET_KEY": secret,
        "LOGGING": LOGGING,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "INSTALLED_APPS": list(APPS),
        "MIDDLEWARE": ["allauth.account.middleware.AccountMiddleware"],  # allauth does not start without it
        "AUTH_USER_MODEL": "office.Member",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        # nobody's address is kept
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn"],
        "ALLOWED_HOSTS": [config.rp_id],
    }


def start(config: OfficeConfig, secret: str, more: Mapping[str, Any] | None = None) -> None:
    """Make Django ready for this office; a second call changes the process over to another office."""
    import django
    from django.conf import settings

    wanted = {**store_settings(config, secret), **(more or {})}
    if not settings.configured:
        settings.configure(**wanted)
        django.setup()
        return
    from django.db import connections

    for name in ("SECRET_KEY", "ALLOWED_HOSTS", *(more or {})):
        if name not in ("INSTALLED_APPS", "MIDDLEWARE", "TEMPLATES"):
            setattr(settings, name, wanted[name])
    current = connections.settings["default"]
    if any(current.get(key) != value for key, value in config.database.items()):
        connections.close_all()
        connections.settings = connections.configure_settings({"default": dict(config.database)})
        if hasattr(connections._connections, "default"):
            del connections["default"]


def migrate() -> list[str]:
    """Bring the database to this version's form; the names of the migrations applied."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = [
        f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    if plan:
        call_command("migrate", verbosity=0, interactive=False)
    return plan


def waiting_migrations() -> list[str]:
    """Migrations that this version needs and the database has not had."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return [
        f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
