"""Files that were kept as they came, before they were cleaned of the NIR: the demo's. Their blobs go too."""

from accounts import scope
from django.core.files.storage import default_storage
from django.db import migrations, transaction


def destroy(apps, schema_editor):
    """Per association, since the tables are walled off. The blobs go once the rows are gone: one that is left by a dead
    process is an orphan, which the sweep takes after a day."""
    names = []
    for association in apps.get_model("accounts", "Association").objects.order_by("pk"):
        with scope.enter(association.pk):
            uncleaned = apps.get_model("vault", "SealedFile").objects.filter(association=association, sha256_pdf="")
            names += uncleaned.values_list("stored_name", flat=True)
            uncleaned.delete()
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names])


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0002_deposits'),
    ]

    operations = [migrations.RunPython(destroy, migrations.RunPython.noop)]
