from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "procedures"
    verbose_name = _("Démarches")

    def ready(self) -> None:
        from procedures import checks  # noqa: F401, PLC0415  registers the system check
