from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Registering is the imports' purpose, and apps are loaded only now: the deploy checks, and the Celery
        # application that @shared_task and .delay() find.
        from config import celery, checks  # noqa: F401, PLC0415  see above

        celery.make_file_broker_folders()
