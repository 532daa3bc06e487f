"""How long each case is kept, and the log of what was let go."""

import datetime
import django.db.models.deletion
from accounts import scope
from accounts.scope.walls import AppendOnlyTable, IsolateTenant, LetPurge
from django.conf import settings
from django.db import migrations, models


def count_from_what_is_known(apps, schema_editor):
    """Per association, since the tables are walled off: the last deadline that is open, the end or the beginning."""
    Case, Deadline = apps.get_model("cases", "Case"), apps.get_model("cases", "Deadline")
    for association in apps.get_model("accounts", "Association").objects.order_by("pk"):
        with scope.enter(association.pk):
            cases = list(Case.objects.filter(association=association).order_by("pk"))
            ends = {case.pk: max(filter(None, (case.opened_on, case.closed_on))) for case in cases}
            open_rows = Deadline.objects.filter(
                association=association, met_on=None, void_on=None, due__isnull=False
            ).exclude(bound="info")
            for case_id, due, latest in open_rows.order_by("pk").values_list("case_id", "due", "due_latest"):
                ends[case_id] = max(filter(None, (ends[case_id], due, latest)))
            for case in cases:
                case.expected_until = ends[case.pk]
            Case.objects.bulk_update(cases, ["expected_until"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_keeping'),
        ('cases', '0006_operating'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PurgeLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purged_on', models.DateField()),
                ('table', models.CharField(max_length=40)),
                ('cause', models.CharField(choices=[('retention', 'Durée de conservation atteinte'), ('erasure', 'Effacement demandé'), ('age', 'Trace devenue inutile')], max_length=12)),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='purge_of_something')],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='archived_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='expected_until',
            field=models.DateField(db_default=datetime.date(9999, 12, 31), default=datetime.date(9999, 12, 31)),
        ),
        migrations.AddField(
            model_name='case',
            name='purge_told',
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='purge_told_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='touched_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('case_opened', 'case_opened'), ('case_readied', 'case_readied'), ('attempt_made', 'attempt_made'), ('attempt_failed', 'attempt_failed'), ('justificatif_received', 'justificatif_received'), ('sent_back', 'sent_back'), ('case_closed', 'case_closed'), ('case_reopened', 'case_reopened'), ('case_erased', 'case_erased'), ('consent_given', 'consent_given'), ('consent_withdrawn', 'consent_withdrawn'), ('fact_recorded', 'fact_recorded'), ('fact_corrected', 'fact_corrected'), ('justificatif_accepted', 'justificatif_accepted'), ('justificatif_refused', 'justificatif_refused'), ('deadline_moved', 'deadline_moved'), ('deadline_announced', 'deadline_announced'), ('deadline_missed', 'deadline_missed'), ('missed_deadline_answered', 'missed_deadline_answered'), ('case_assigned', 'case_assigned'), ('case_held', 'case_held'), ('reminder_set', 'reminder_set'), ('reminder_ended', 'reminder_ended'), ('note_added', 'note_added'), ('case_converted', 'case_converted'), ('card_renewed', 'card_renewed'), ('case_consulted', 'case_consulted'), ('contact_consulted', 'contact_consulted'), ('file_consulted', 'file_consulted'), ('evidence_exported', 'evidence_exported'), ('case_archived', 'case_archived'), ('case_returned', 'case_returned'), ('erasure_announced', 'erasure_announced')], max_length=40),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'erased'), _negated=True), fields=['association', 'expected_until', 'id'], name='case_keeping'),
        ),
        migrations.AddField(
            model_name='purgeline',
            name='association',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.association'),
        ),
        migrations.AddIndex(
            model_name='purgeline',
            index=models.Index(fields=['association', '-purged_on', '-id'], name='purge_newest'),
        ),
        IsolateTenant("PurgeLine"),
        AppendOnlyTable("PurgeLine"),
        LetPurge(
            "CaseEvent",
            filled_once=["place", "hash"],
            erased="EXISTS (SELECT FROM cases_case one WHERE one.id = OLD.case_id AND one.state = 'erased')",
        ),
        LetPurge("EvidenceLeaf", emptied=["case", "justificatif"]),
        migrations.RunPython(count_from_what_is_known, migrations.RunPython.noop),
    ]
