"""When each job of the platform was last tried and last done: what `manage.py tick` and the metrics go by."""

from django.db import models


class JobRun(models.Model):
    """One row a job, under its task's name. Of no association: it tells when, never for whom."""

    key = models.CharField(max_length=60, primary_key=True)
    tried_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
