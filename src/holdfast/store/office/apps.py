"""The Django application of the confidential store."""

from django.apps import AppConfig


class OfficeAppConfig(AppConfig):
    """Its tables begin with `office_`."""

    name = "holdfast.store.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
