"""Django's settings of the console. Everything that an operator may change stands in `office.toml`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from holdfast.workflows.office.opening import OfficePlace

HERE = Path(__file__).parent
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("fa", "فارسی"), ("hr", "hrvatski")]
LARGEST_UPLOAD_BYTES = 64 * 2**20  # bytes of a request; chosen, above the largest attachment


def console_settings(place: OfficePlace) -> dict[str, Any]:
    """What the console adds to the store's settings."""
    config = place.config
    secure = urlsplit(config.origin).scheme == "https"
    cookie = "__Host-holdfast" if secure else "holdfast"
    return {
        "DEBUG": False,
        "ROOT_URLCONF": "holdfast.web.console.urls",
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "django.contrib.humanize",
            "django.forms",
            "allauth",
            "allauth.account",
            "allauth.mfa",
            "holdfast.store.office",
        ],
        "MIDDLEWARE": [
            "holdfast.web.console.middleware.Furniture",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
            "holdfast.web.console.middleware.WhoAsks",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(HERE / "templates")],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.messages.context_processors.messages",
                        "holdfast.web.console.pages.furniture",
                    ],
                    "builtins": ["holdfast.web.console.tags"],
                },
            }
        ],
        "FORM_RENDERER": "django.forms.renderers.TemplatesSetting",
        "STATIC_URL": "/static/",
        "STATICFILES_DIRS": [str(HERE / "static")],
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_MAX_AGE": 3600,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": LANGUAGES,
        "LOCALE_PATHS": [str(HERE / "locale")],
        "LANGUAGE_COOKIE_NAME": f"{cookie}-language",
        "USE_I18N": True,
        # sessions and cookies
        "SESSION_ENGINE": "holdfast.store.office.sessions",
        "SESSION_COOKIE_NAME": f"{cookie}-session",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_COOKIE_AGE": 12 * 3600,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{cookie}-csrf",
        "CSRF_COOKIE_SECURE": secure,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_TRUSTED_ORIGINS": [config.origin],
        "CSRF_FAILURE_VIEW": "holdfast.web.console.pages.csrf_failure",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if secure else None,
        # nothing that was uploaded or shown lies in a temporary file
        "FILE_UPLOAD_HANDLERS": ["django.core.files.uploadhandler.MemoryFileUploadHandler"],
        "FILE_UPLOAD_MAX_MEMORY_SIZE": LARGEST_UPLOAD_BYTES,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": LARGEST_UPLOAD_BYTES,
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "PASSWORD_HASHERS": [
            "django.contrib.auth.hashers.ScryptPasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {
                "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
                "OPTIONS": {"min_length": 12},
            },
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        ],
        "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
        # django-allauth
        "ACCOUNT_ADAPTER": "holdfast.web.console.sign_in.AccountAdapter",
        "MFA_ADAPTER": "holdfast.web.console.sign_in.PasskeyAdapter",
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_WEBAUTHN_USER_VERIFICATION": "required",
        # a counter by source would be one for everybody behind a proxy, and a stranger could fill it: what has no
        # guessable secret is not counted, a code is counted for the account whose password was right before
        "ACCOUNT_RATE_LIMITS": {"login": None, "login_failed": "5/5m/key"},
        "MFA_RATE_LIMITS": {"webauthn_login": None},
        "MFA_TOTP_ISSUER": config.name,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 60 * config.fresh_minutes,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/accounts/login/",
        "LOGIN_URL": "/accounts/login/",
        "LOGIN_REDIRECT_URL": "/",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_PREVENT_ENUMERATION": True,
    }
