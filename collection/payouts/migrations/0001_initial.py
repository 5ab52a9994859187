import collection.kernel.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contracts', '0001_initial'),
        ('custody', '0001_initial'),
        ('geo', '0001_initial'),
        ('waste', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE claim_number", "DROP SEQUENCE claim_number"),
        migrations.RunSQL("CREATE SEQUENCE register_number", "DROP SEQUENCE register_number"),
        migrations.CreateModel(
            name='Rated',
            fields=[
                ('fact', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='custody.fact')),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RatedUpTo',
            fields=[
                ('programme', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='contracts.programme')),
                ('xid', collection.kernel.fields.XidField()),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('cost', 'Cost'), ('accrued', 'Accrued'), ('approved', 'Approved'), ('bank', 'Bank')], max_length=8)),
                ('contract', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='claim_number')),
                ('month', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('returned', 'returned'), ('verified', 'verified'), ('queued', 'queued'), ('approved', 'approved'), ('registered', 'registered'), ('paid', 'paid'), ('rejected', 'rejected')], default='draft', max_length=10)),
                ('lines_n', models.PositiveIntegerField()),
                ('mass_g', models.BigIntegerField()),
                ('amount_tiyn', models.BigIntegerField()),
                ('vat_tiyn', models.BigIntegerField(default=0)),
                ('act_number', models.CharField(blank=True, max_length=40)),
                ('einvoice_number', models.CharField(max_length=60, null=True)),
                ('prepared_by', models.UUIDField(null=True)),
                ('submitted_by', models.UUIDField(null=True)),
                ('verified_by', models.UUIDField(null=True)),
                ('approved_by', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
        migrations.CreateModel(
            name='AccrualLine',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('collection', 'collection'), ('transport', 'transport'), ('recycling', 'recycling'), ('whole', 'whole')], max_length=10)),
                ('coefficient', models.DecimalField(decimal_places=4, max_digits=9)),
                ('index_tiyn', models.BigIntegerField()),
                ('mass_g', models.BigIntegerField()),
                ('amount_tiyn', models.BigIntegerField()),
                ('supply_on', models.DateField()),
                ('claim_month', models.DateField()),
                ('accrued_at', models.DateTimeField()),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='custody.consignment')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('fact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='custody.fact')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='payouts.accrualline')),
                ('tariff', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.tariff')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payouts.claim')),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40)),
                ('params', models.JSONField(default=dict)),
                ('placed_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.UUIDField(null=True)),
                ('lifted_why', models.CharField(blank=True, max_length=200)),
                ('line', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='payouts.accrualline')),
            ],
        ),
        migrations.CreateModel(
            name='LedgerTransaction',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('what', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='payouts.claim')),
            ],
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('amount_tiyn', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='payouts.account')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payouts.accrualline')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payouts.ledgertransaction')),
            ],
        ),
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('iban', models.CharField(max_length=34)),
                ('amount_tiyn', models.BigIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('paid', 'paid'), ('rejected', 'rejected')], default='waiting', max_length=10)),
                ('bank_reference', models.CharField(max_length=60, null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('answered_at', models.DateTimeField(null=True)),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='payouts.claim')),
                ('reissue_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='payouts.paymentorder')),
            ],
        ),
        migrations.CreateModel(
            name='Paid',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('contract_kind', models.CharField(blank=True, max_length=10)),
                ('occurred_on', models.DateField()),
                ('grams', models.BigIntegerField(default=0)),
                ('tiyn', models.BigIntegerField(default=0)),
                ('n', models.IntegerField(default=0)),
                ('recorded_at', models.DateTimeField()),
                ('xid', collection.kernel.fields.XidField()),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('contract', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('district', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='geo.district')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='payouts.accrualline')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='geo.region')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='payouts.paymentorder')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Register',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='register_number')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('approved', 'approved'), ('settled', 'settled')], default='draft', max_length=10)),
                ('orders_n', models.PositiveIntegerField()),
                ('amount_tiyn', models.BigIntegerField()),
                ('prepared_by', models.UUIDField(null=True)),
                ('approved_by', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
        migrations.AddField(
            model_name='paymentorder',
            name='register',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='payouts.register'),
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40)),
                ('passed', models.BooleanField()),
                ('params', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='payouts.claim')),
            ],
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('programme', 'contract', 'kind'), name='account_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['programme', 'state', 'approved_at'], name='claim_queue'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(fields=('contract', 'month'), name='claim_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(fields=('einvoice_number',), name='claim_einvoice_once'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='claim_month_is_a_month'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'returned', 'rejected')), models.Q(('einvoice_number__isnull', False), models.Q(('act_number', ''), _negated=True)), _connector='OR'), name='claim_has_papers'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(models.Q(('approved_by', models.F('verified_by')), _negated=True), models.Q(('submitted_by', None), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR'), models.Q(('prepared_by', None), models.Q(('approved_by', models.F('prepared_by')), _negated=True), _connector='OR')), _connector='OR'), name='claim_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('queued', 'approved', 'registered', 'paid')), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='claim_approved_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='claim_paid_has_time'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('amount_tiyn__gt', 0), ('lines_n__gt', 0)), name='claim_positive'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('returned', 'rejected')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='claim_no_has_reason'),
        ),
        migrations.AddIndex(
            model_name='accrualline',
            index=models.Index(condition=models.Q(('claim', None)), fields=['contract', 'claim_month'], name='line_unclaimed'),
        ),
        migrations.AddConstraint(
            model_name='accrualline',
            constraint=models.UniqueConstraint(fields=('fact', 'stage'), name='accrued_once'),
        ),
        migrations.AddConstraint(
            model_name='accrualline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount_tiyn__gte', 0), ('mass_g__gt', 0), ('reverses', None)), models.Q(('amount_tiyn__lte', 0), ('mass_g__lt', 0), ('reverses__isnull', False)), _connector='OR'), name='line_signs'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(condition=models.Q(('lifted_at', None)), fields=['line'], name='hold_open'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('line', 'rule'), name='hold_once'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_at', None), models.Q(('lifted_why', ''), _negated=True), _connector='OR'), name='lift_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='register',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='register_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='register',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'draft'), ('approved_by__isnull', False), _connector='OR'), name='register_approved_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='paymentorder',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'rejected'), _negated=True), fields=('claim',), name='claim_paid_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentorder',
            constraint=models.UniqueConstraint(fields=('bank_reference',), name='bank_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentorder',
            constraint=models.CheckConstraint(condition=models.Q(('amount_tiyn__gt', 0)), name='order_positive'),
        ),
        migrations.AddConstraint(
            model_name='paymentorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), ('bank_reference__isnull', False), _connector='OR'), name='paid_has_bank_reference'),
        ),
    ]
