from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        from cases import notices  # noqa: PLC0415  models are loaded only now

        notices.register()
