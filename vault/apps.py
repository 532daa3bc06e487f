from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "vault"


class TablelessConfig(AppConfig):
    """For config.settings.bare: the commands of the vault that need no database, and none of its tables."""

    name = "vault"
    default = False

    def import_models(self) -> None:
        self.models = {}
