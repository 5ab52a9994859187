import collection.kernel.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('contracts', '0001_initial'),
        ('geo', '0001_initial'),
        ('pickups', '0001_initial'),
        ('registry', '0001_initial'),
        ('waste', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE consignment_number", "DROP SEQUENCE consignment_number"),
        migrations.RunSQL("CREATE SEQUENCE batch_number", "DROP SEQUENCE batch_number"),
        migrations.CreateModel(
            name='Consignment',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='consignment_number')),
                ('origin', models.CharField(choices=[('own_premises', 'own_premises'), ('separate_collection', 'separate_collection'), ('central_municipal', 'central_municipal'), ('sorting_plant', 'sorting_plant'), ('foreign', 'foreign')], max_length=20)),
                ('driver_id', models.UUIDField(null=True)),
                ('state', models.CharField(choices=[('loaded', 'loaded'), ('weighed', 'weighed'), ('delivered', 'delivered'), ('received', 'received'), ('returned', 'returned'), ('processed', 'processed')], default='loaded', max_length=10)),
                ('loaded_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('delivered_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('collector', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('collector_contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract')),
                ('district', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='geo.district')),
                ('facility', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='registry.facility')),
                ('generator', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
                ('recycler', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('recycler_contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contracts.contract')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='geo.region')),
                ('vehicle', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='registry.vehicle')),
                ('waste_code', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='waste.wastecode')),
            ],
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='batch_number')),
                ('input_g', models.BigIntegerField()),
                ('product_g', models.BigIntegerField()),
                ('byproduct_g', models.BigIntegerField(default=0)),
                ('loss_g', models.BigIntegerField(default=0)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('sealed_by', models.UUIDField(null=True)),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registry.facility')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
        migrations.CreateModel(
            name='TransportSheet',
            fields=[
                ('consignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='sheet', serialize=False, to='custody.consignment')),
                ('plate', models.CharField(max_length=15)),
                ('driver_name', models.CharField(blank=True, max_length=200)),
                ('generator_signed_by', models.CharField(max_length=10)),
                ('signed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BatchInput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mass_g', models.BigIntegerField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inputs', to='custody.batch')),
                ('consignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='batched', to='custody.consignment')),
            ],
        ),
        migrations.CreateModel(
            name='ConsignmentPickup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='served', to='custody.consignment')),
                ('pickup', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='loads', to='pickups.pickup')),
            ],
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('edition', models.PositiveSmallIntegerField()),
                ('was_g', models.BigIntegerField()),
                ('accepted_g', models.BigIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('corrected_by', models.UUIDField(null=True)),
                ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='custody.batch')),
                ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='custody.consignment')),
            ],
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('contract_kind', models.CharField(blank=True, max_length=10)),
                ('occurred_on', models.DateField()),
                ('grams', models.BigIntegerField(default=0)),
                ('tiyn', models.BigIntegerField(default=0)),
                ('n', models.IntegerField(default=0)),
                ('recorded_at', models.DateTimeField()),
                ('xid', collection.kernel.fields.XidField()),
                ('measure', models.CharField(choices=[('collected', 'Collected'), ('received', 'Received'), ('recycled', 'Recycled')], max_length=10)),
                ('supply_on', models.DateField()),
                ('sealed_on', models.DateField()),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('batch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='custody.batch')),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('consignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='custody.consignment')),
                ('contract', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('district', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='geo.district')),
                ('facility', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='registry.facility')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
                ('region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='geo.region')),
                ('reversal_of', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversal', to='custody.fact')),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('accepted_g', models.BigIntegerField()),
                ('refused_g', models.BigIntegerField()),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('received_by', models.UUIDField(null=True)),
                ('consignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='custody.consignment')),
            ],
        ),
        migrations.CreateModel(
            name='Sale',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('mass_g', models.BigIntegerField()),
                ('buyer', models.CharField(max_length=200)),
                ('einvoice_number', models.CharField(max_length=60)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('sold_by', models.UUIDField(null=True)),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('facility', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='registry.facility')),
            ],
        ),
        migrations.CreateModel(
            name='Weighing',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('ticket_number', models.CharField(max_length=40)),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('gross_g', models.BigIntegerField()),
                ('tare_g', models.BigIntegerField()),
                ('net_g', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('gross_g'), '-', models.F('tare_g')), output_field=models.BigIntegerField())),
                ('manual', models.BooleanField(default=False)),
                ('operator_id', models.UUIDField(null=True)),
                ('certified_from', models.DateField()),
                ('certified_until', models.DateField()),
                ('consignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='weighing', to='custody.consignment')),
                ('scale', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='registry.scale')),
            ],
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('input_g', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('product_g'), '+', models.F('byproduct_g')), '+', models.F('loss_g')))), name='batch_closes'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('byproduct_g__gte', 0), ('input_g__gt', 0), ('loss_g__gte', 0), ('product_g__gte', 0)), name='batch_signs'),
        ),
        migrations.AddIndex(
            model_name='consignment',
            index=models.Index(fields=['collector', '-recorded_at'], name='consignment_collector'),
        ),
        migrations.AddIndex(
            model_name='consignment',
            index=models.Index(fields=['recycler', '-recorded_at'], name='consignment_recycler'),
        ),
        migrations.AddIndex(
            model_name='consignment',
            index=models.Index(condition=models.Q(('generator__isnull', False)), fields=['generator', '-recorded_at'], name='consignment_generator'),
        ),
        migrations.AddIndex(
            model_name='consignment',
            index=models.Index(fields=['programme', 'state', '-recorded_at'], name='consignment_programme'),
        ),
        migrations.AddConstraint(
            model_name='batchinput',
            constraint=models.CheckConstraint(condition=models.Q(('mass_g__gt', 0)), name='batch_input_positive'),
        ),
        migrations.AddConstraint(
            model_name='consignmentpickup',
            constraint=models.UniqueConstraint(fields=('consignment', 'pickup'), name='served_once'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.UniqueConstraint(fields=('consignment', 'edition'), name='correction_edition_once'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_g__gt', 0), models.Q(('accepted_g', models.F('was_g')), _negated=True)), name='correction_corrects'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('edition__gte', 2)), name='correction_has_reason'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(fields=['xid'], name='fact_xid'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(fields=['consignment'], name='fact_consignment'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(condition=models.Q(('measure', 'recycled')), fields=['facility', 'category', 'occurred_on'], include=('grams',), name='fact_plant_month'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(condition=models.Q(('reversal_of', None)), fields=('consignment', 'measure', 'edition'), name='fact_once'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grams__gt', 0), ('n', 1), ('reversal_of', None)), models.Q(('grams__lt', 0), ('n', -1), ('reversal_of__isnull', False)), _connector='OR'), name='fact_signs'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_g__gte', 0), ('refused_g__gte', 0)), name='receipt_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('refused_g', 0), models.Q(('reason', ''), _negated=True), _connector='OR'), name='refusal_has_reason'),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(fields=['facility', 'category'], include=('mass_g',), name='sale_stock'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.CheckConstraint(condition=models.Q(('mass_g__gt', 0)), name='sale_positive'),
        ),
        migrations.AddConstraint(
            model_name='sale',
            constraint=models.UniqueConstraint(fields=('einvoice_number',), name='sale_einvoice_once'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.UniqueConstraint(fields=('scale', 'ticket_number', 'occurred_at'), name='ticket_once'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('tare_g__gte', 0)), name='tare_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('gross_g__gt', models.F('tare_g'))), name='net_positive'),
        ),
        migrations.AddConstraint(
            model_name='weighing',
            constraint=models.CheckConstraint(condition=models.Q(('gross_g__lte', django.db.models.expressions.CombinedExpression(models.F('tare_g'), '+', models.Value(40000000)))), name='net_within_road_limit'),
        ),
    ]
