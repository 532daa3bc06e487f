from django.apps import AppConfig

from vault.rules.detector import holds_certainly


class VaultConfig(AppConfig):
    name = "vault"

    def ready(self) -> None:
        from accounts import fields  # noqa: PLC0415  models are loaded only now
        from vault import checks  # noqa: F401, PLC0415  importing registers them

        fields.refuse_texts(holds_certainly)


class TablelessConfig(AppConfig):
    """For config.settings.bare: the commands of the vault that need no database, and none of its tables."""

    name = "vault"
    default = False

    def import_models(self) -> None:
        self.models = {}
