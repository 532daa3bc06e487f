from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases import actions, notices  # noqa: PLC0415  models are loaded only now
        from notifications import registry  # noqa: PLC0415  the same
        from vault.box import pokes  # noqa: PLC0415  the same

        notices.register()
        registry.hear_no_such_address(actions.note_refusal)
        pokes.wake_when_confirmed("cases.seal")


class TablelessConfig(AppConfig):
    """For config.settings.bare_cases: the commands of cases that need no database, and none of its tables."""

    name = "cases"
    default = False

    def import_models(self) -> None:
        self.models = {}
