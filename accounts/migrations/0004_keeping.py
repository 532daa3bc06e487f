"""For how long an association keeps its cases."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_operating'),
    ]

    operations = [
        migrations.AddField(
            model_name='association',
            name='active_months',
            field=models.PositiveSmallIntegerField(db_default=3, default=3),
        ),
        migrations.AddField(
            model_name='association',
            name='archive_months',
            field=models.PositiveSmallIntegerField(db_default=12, default=12),
        ),
        migrations.AddConstraint(
            model_name='association',
            constraint=models.CheckConstraint(condition=models.Q(('active_months__range', (1, 3)), ('archive_months__range', (2, 12))), name='association_keeps', violation_error_message='Un dossier se garde de 1 à 3 mois, puis de 2 à 12 mois en archive.'),
        ),
    ]
