import agencies.fields
import agencies.tenancy
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agencies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ArchiveRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='archive number')),
                ('archive_class', models.CharField(choices=[('standards', 'Standards (permanent)'), ('contracts', 'Contracts and agreements'), ('other', 'Other records')], max_length=10, verbose_name='class')),
                ('source', models.CharField(choices=[('agreement', 'Agreement'), ('handover', 'Handover record'), ('fee_statement', 'Fee statement'), ('complaint', 'Complaint'), ('incident', 'Incident'), ('survey_round', 'Satisfaction survey'), ('return_visit', 'Return visit'), ('price_list', 'Price list'), ('caregiver', 'Caregiver file'), ('level_application', 'Level evaluation'), ('training_session', 'Training'), ('evaluation', 'Evaluation of a caregiver'), ('disposal_list', 'Disposal list'), ('controlled_text', 'Controlled text')], max_length=20, verbose_name='kind')),
                ('source_id', models.BigIntegerField()),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('clock_started_on', models.DateField(verbose_name='clock started on')),
                ('retain_until', models.DateField(blank=True, null=True, verbose_name='kept until')),
                ('proposed_on', models.DateField(blank=True, null=True, verbose_name='proposed for disposal on')),
                ('disposed_on', models.DateField(blank=True, null=True, verbose_name='destroyed on')),
                ('place', models.CharField(blank=True, max_length=60, verbose_name='place of the paper')),
                ('filed_at', models.DateTimeField(auto_now_add=True, verbose_name='filed at')),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('filed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-filed_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('proposed_on', None)), fields=['agency', 'retain_until'], name='archive_expiry'), models.Index(fields=['agency', 'archive_class', '-filed_at'], name='archive_list'), models.Index(condition=models.Q(('disposed_on', None), ('place', '')), fields=['agency', 'filed_at'], name='archive_without_place')],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_archiverecord_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_archiverecord_agency_id'), models.UniqueConstraint(fields=('agency', 'number'), name='archive_number_once'), models.UniqueConstraint(fields=('agency', 'source', 'source_id'), name='archive_source_once'), models.CheckConstraint(condition=models.Q(models.Q(('archive_class', 'standards'), ('retain_until', None)), models.Q(('archive_class__in', ['contracts', 'other']), ('retain_until__gt', models.F('clock_started_on')), ('retain_until__isnull', False)), _connector='OR'), name='archive_retention'), models.CheckConstraint(condition=models.Q(('proposed_on', None), ('proposed_on__gt', models.F('retain_until')), _connector='OR'), name='archive_not_proposed_early'), agencies.tenancy.InsertOnly(changeable=('proposed_on', 'place', 'retain_until', 'disposed_on'), name='archive_record_insert_only', once=()), agencies.tenancy.RowCheck(at_once=False, condition='NEW.retain_until IS NOT DISTINCT FROM OLD.retain_until\n                    OR COALESCE(NEW.retain_until > OLD.retain_until, false)', events='UPDATE', message='a record is never kept shorter', name='archive_never_kept_shorter'), agencies.tenancy.RowCheck(at_once=False, condition="NEW.disposed_on IS NULL OR (EXISTS (SELECT FROM archive_disposalentry e\n                    JOIN archive_disposallist d ON d.agency_id = e.agency_id AND d.id = e.disposal_list_id\n                    WHERE e.agency_id = NEW.agency_id AND e.record_id = NEW.id AND e.decision = 'dispose'\n                    AND d.state = 'disposed') AND NOT EXISTS (SELECT FROM archive_legalhold h\n                    WHERE h.agency_id = NEW.agency_id AND h.record_id = NEW.id AND h.lifted_at IS NULL))", events='INSERT OR UPDATE', message='a record is destroyed by a list that two people signed, and never while it is held', name='archive_disposed_by_a_list')],
            },
        ),
        migrations.CreateModel(
            name='ArchiveItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.storedfile')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='archive.archiverecord')),
            ],
            options={
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_archiveitem_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_archiveitem_agency_id'), agencies.tenancy.SameAgency(field='record', name='archive_item_record_same_agency'), agencies.tenancy.SameAgency(field='file', name='archive_item_file_same_agency'), models.UniqueConstraint(fields=('agency', 'record', 'file'), name='archive_item_once'), agencies.tenancy.InsertOnly(changeable=(), name='archive_item_insert_only', once=())],
            },
        ),
        migrations.CreateModel(
            name='ControlledText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('supervision_rule', 'Rule of supervision and assessment (7.4.1)'), ('consents', 'Consents to personal data (PIPL)'), ('call_script', 'What to say at the desk and on the phone (7.3.2 a)'), ('terms_employee', 'Clauses of agreements, employee form (7.2.2 c)'), ('terms_intermediary', 'Clauses of agreements, intermediary form (7.2.2 c)'), ('terms_dispatch', 'Clauses of agreements, dispatch form (7.2.2 c)')], max_length=20, verbose_name='kind')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
                ('parts', models.JSONField(help_text='[code, title, text] of each part')),
                ('change', models.CharField(blank=True, max_length=200, verbose_name='what is new')),
                ('effective_from', models.DateField(verbose_name='in force from')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=10, verbose_name='state')),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('drafted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind', '-effective_from', '-id'],
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_controlledtext_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_controlledtext_agency_id'), models.UniqueConstraint(fields=('agency', 'kind', 'version'), name='controlled_text_version_once'), models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('agency', 'kind', 'effective_from'), name='controlled_text_one_a_day'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('agency', 'kind'), name='controlled_text_one_draft'), models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('state', 'draft')), models.Q(('published_at__isnull', False), ('state', 'published')), _connector='OR'), name='controlled_text_state'), agencies.tenancy.RowCheck(at_once=False, condition="OLD.state = 'draft'", events='UPDATE OR DELETE', message='a published text does not change; write a new version', name='controlled_text_published_is_final')],
            },
        ),
        migrations.CreateModel(
            name='DisposalList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='number')),
                ('proposed_on', models.DateField(verbose_name='proposed on')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('open', 'Being appraised'), ('appraised', 'To be signed by two'), ('disposed', 'Destroyed'), ('closed', 'Nothing destroyed')], default='open', max_length=10, verbose_name='state')),
                ('method', models.CharField(blank=True, choices=[('shredded', 'paper shredded, electronic files deleted'), ('pulped', 'paper pulped, electronic files deleted'), ('electronic', 'electronic files deleted, there is no paper')], max_length=10, verbose_name='how it is destroyed')),
                ('appraised_at', models.DateTimeField(blank=True, null=True, verbose_name='appraised')),
                ('disposed_at', models.DateTimeField(blank=True, null=True, verbose_name='destroyed')),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('appraised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-proposed_on', '-id'],
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_disposallist_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_disposallist_agency_id'), models.UniqueConstraint(fields=('agency', 'number'), name='disposal_list_number_once'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('agency',), name='disposal_list_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('appraised_at', None), ('disposed_at', None), ('state', 'open')), models.Q(('appraised_at__isnull', False), ('disposed_at', None), ('state__in', ['appraised', 'closed'])), models.Q(('appraised_at__isnull', False), ('disposed_at__isnull', False), ('state', 'disposed')), _connector='OR'), name='disposal_list_state'), agencies.tenancy.RowCheck(at_once=False, condition="NEW.state <> 'disposed' OR (SELECT count(*) FROM archive_disposalsignature s\n                    WHERE s.agency_id = NEW.agency_id AND s.disposal_list_id = NEW.id) >= 2", events='INSERT OR UPDATE', message='two people sign before anything is destroyed', name='disposal_signed_by_two')],
            },
        ),
        migrations.CreateModel(
            name='DisposalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.CharField(blank=True, choices=[('', 'not decided'), ('dispose', 'destroy'), ('keep', 'keep longer'), ('held', 'held, off the list')], default='', max_length=10, verbose_name='decision')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('keep_until', models.DateField(blank=True, null=True, verbose_name='keep until')),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disposal_entries', to='archive.archiverecord')),
                ('disposal_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='archive.disposallist')),
            ],
            options={
                'ordering': ['record__number'],
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_disposalentry_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_disposalentry_agency_id'), agencies.tenancy.SameAgency(field='disposal_list', name='disposal_entry_disposal_list_same_agency'), agencies.tenancy.SameAgency(field='record', name='disposal_entry_record_same_agency'), models.UniqueConstraint(condition=models.Q(('decision__in', ['', 'dispose'])), fields=('agency', 'record'), name='disposal_entry_once'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decision', '')), models.Q(('decided_at__isnull', False), ('decision', 'dispose')), models.Q(('decided_at__isnull', False), ('decision', 'held')), models.Q(('decided_at__isnull', False), ('decision', 'keep'), ('keep_until__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='disposal_entry_decision'), agencies.tenancy.RowCheck(at_once=False, condition="NEW.decision IN ('keep', 'held') OR EXISTS (SELECT FROM archive_archiverecord r\n                    WHERE r.agency_id = NEW.agency_id\n                    AND r.id = NEW.record_id AND r.retain_until < (now() AT TIME ZONE 'Asia/Shanghai')::date)\n                    AND NOT EXISTS (SELECT FROM archive_legalhold h WHERE h.agency_id = NEW.agency_id\n                    AND h.record_id = NEW.record_id AND h.lifted_at IS NULL)", events='INSERT OR UPDATE', message='a record is proposed before its time or although it is held', name='disposal_entry_not_early')],
            },
        ),
        migrations.CreateModel(
            name='DisposalSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signed_at', models.DateTimeField(auto_now_add=True, verbose_name='signed')),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('disposal_list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='archive.disposallist')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['signed_at'],
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_disposalsignature_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_disposalsignature_agency_id'), agencies.tenancy.SameAgency(field='disposal_list', name='disposal_signature_disposal_list_same_agency'), models.UniqueConstraint(fields=('agency', 'disposal_list', 'user'), name='disposal_signature_once'), agencies.tenancy.InsertOnly(changeable=(), name='disposal_signature_insert_only', once=())],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('placed_at', models.DateTimeField(auto_now_add=True)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='archive.archiverecord')),
            ],
            options={
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_legalhold_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_legalhold_agency_id'), agencies.tenancy.SameAgency(field='record', name='legal_hold_record_same_agency'), models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('agency', 'record'), name='legal_hold_one_in_force'), agencies.tenancy.InsertOnly(changeable=('lifted_by', 'lifted_at'), name='legal_hold_insert_only', once=())],
            },
        ),
        migrations.CreateModel(
            name='SealCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=200, verbose_name='made out to')),
                ('issuer', models.CharField(max_length=200, verbose_name='issued by')),
                ('serial', models.CharField(help_text='hexadecimal', max_length=40, verbose_name='serial number')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_until', models.DateTimeField(verbose_name='valid until')),
                ('chain', models.TextField(help_text='PEM: the certificate first, then those above it')),
                ('key', agencies.fields.EncryptedTextField(help_text='PEM, PKCS 8')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='no longer used since')),
                ('retire_reason', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ('warned_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'ordering': ['-added_at'],
                'abstract': False,
                'indexes': [],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_sealcertificate_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_sealcertificate_agency_id'), models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('agency',), name='seal_certificate_one_in_use'), models.UniqueConstraint(fields=('agency', 'issuer', 'serial'), name='seal_certificate_once'), models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='seal_certificate_validity'), models.CheckConstraint(condition=models.Q(models.Q(('retire_reason', ''), ('retired_at', None)), models.Q(('retired_at__isnull', False), models.Q(('retire_reason', ''), _negated=True)), _connector='OR'), name='seal_certificate_retired'), agencies.tenancy.InsertOnly(changeable=('key', 'retired_at', 'retire_reason', 'warned_days'), name='seal_certificate_insert_only', once=())],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('agreement', 'Tripartite agreement, to be signed'), ('signed_agreement', 'Tripartite agreement, signed'), ('service_plan', 'Service plan'), ('handover', 'Handover record'), ('door_card', "Card with the code for a client's door"), ('missing_notice', 'Notice of what is missing'), ('posting_certificate', 'Posting certificate'), ('level_form', 'Level evaluation form'), ('level_certificate', 'Level certificate'), ('consent_sheet', 'Consents to be signed'), ('enquiry_receipt', 'Receipt of an enquiry'), ('client_notice', "Notice of what a client's file lacks"), ('home_check', "Check of a client's home"), ('subject_access', 'Everything held about a client'), ('request_answer', 'Answer to a request about personal data'), ('badge', 'Badge'), ('badge_sheet', 'Sheet of badges'), ('training_sheet', 'Attendance sheet of a training session'), ('training_plan', 'Training plan of a year'), ('evaluation_form', 'Evaluation of a caregiver'), ('controlled_text', 'Controlled text'), ('price_board', 'Price board'), ('fee_statement', 'Fee statement'), ('complaint_file', 'Record of a complaint'), ('incident_record', 'Record of an incident'), ('special_record', 'Record of special circumstances'), ('survey_report', 'Report of a survey'), ('call_records', 'Records of return calls'), ('disposal_list', 'Disposal list'), ('disposal_certificate', 'Disposal certificate')], max_length=20, verbose_name='kind')),
                ('subject_id', models.BigIntegerField(help_text='the row it is about, in the table its kind says')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('state', models.CharField(choices=[('queued', 'Being prepared'), ('ready', 'Ready'), ('failed', 'Failed')], default='queued', max_length=10, verbose_name='state')),
                ('verify_code', models.CharField(max_length=24, verbose_name='verification code')),
                ('page_count', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='pages')),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='error')),
                ('requested_at', models.DateTimeField(auto_now_add=True)),
                ('rendered_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.storedfile')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sealed_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='archive.sealcertificate', verbose_name='sealed with')),
            ],
            options={
                'ordering': ['-requested_at'],
                'abstract': False,
                'indexes': [models.Index(fields=['agency', 'kind', 'subject_id'], name='document_of'), models.Index(condition=models.Q(('state', 'queued')), fields=['agency', 'requested_at'], name='document_queued')],
                'constraints': [agencies.tenancy.RowSecurity(name='archive_document_rls'), models.UniqueConstraint(fields=('agency', 'id'), name='archive_document_agency_id'), agencies.tenancy.SameAgency(field='file', name='document_file_same_agency'), agencies.tenancy.SameAgency(field='sealed_with', name='document_sealed_with_same_agency'), models.UniqueConstraint(fields=('agency', 'verify_code'), name='document_verify_code_once'), models.CheckConstraint(condition=models.Q(models.Q(('file__isnull', False), ('state', 'ready')), models.Q(('file', None), ('state__in', ['queued', 'failed'])), _connector='OR'), name='document_state'), agencies.tenancy.RowCheck(at_once=False, condition="OLD.state <> 'ready' OR (to_jsonb(NEW) - ARRAY[]::text[] IS NOT DISTINCT FROM to_jsonb(OLD) - ARRAY[]::text[])", events='UPDATE OR DELETE', message='a paper that was made does not change', name='document_ready_is_final')],
            },
        ),
    ]
