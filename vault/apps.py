from django.apps import AppConfig

from vault.rules.detector import holds_certainly


class VaultConfig(AppConfig):
    name = "vault"

    def ready(self) -> None:
        from accounts import fields  # noqa: PLC0415  models are loaded only now

        fields.refuse_texts(holds_certainly)
