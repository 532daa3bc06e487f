from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0003_destroy_uncleaned_files'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='sealedfile',
            constraint=models.CheckConstraint(condition=models.Q(('sha256_pdf', ''), _negated=True), name='sealedfile_rebuilt'),
        ),
    ]
