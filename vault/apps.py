from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "vault"

    def ready(self) -> None:
        from vault import checks  # noqa: F401, PLC0415  importing registers them, and models are loaded only now


class TablelessConfig(AppConfig):
    """For config.settings.bare: the commands of the vault that need no database, and none of its tables."""

    name = "vault"
    default = False

    def import_models(self) -> None:
        self.models = {}
