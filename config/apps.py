from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        # Registering is the imports' purpose, and apps are loaded only now: the deploy checks, and the Celery
        # application that @shared_task and .delay() find.
        from celery.signals import beat_init, task_postrun, task_prerun, worker_init  # noqa: PLC0415  see above
        from django.conf import settings  # noqa: PLC0415  see above

        from config import celery, checks, logs  # noqa: PLC0415  see above

        celery.make_file_broker_folders()
        # The web's turn is in config.serving.
        worker_init.connect(checks.refuse_unsound_start)
        beat_init.connect(checks.refuse_unsound_start)
        task_prerun.connect(logs.begin_task)
        task_postrun.connect(logs.end_task)
        if settings.STARTS_ONLY_WHEN_SOUND:
            logs.hush_uncaught()
