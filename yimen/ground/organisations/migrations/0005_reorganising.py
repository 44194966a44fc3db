"""Reorganisation, and the registers beside the tree (R002, R008, R011, R013)."""

from pathlib import Path
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models

from yimen.ground.kit.migrations_sql import append_only, sql_file


SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0004_stamp'),
    ]

    operations = [
        migrations.CreateModel(
            name='Reorganisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('merge', '合并'), ('split', '分设'), ('rename', '更名'), ('dissolve', '撤销'), ('move_items', '职能划转')], max_length=12, verbose_name='种类')),
                ('document', models.CharField(max_length=60, verbose_name='批准文号')),
                ('document_title', models.CharField(max_length=200, verbose_name='文件名称')),
                ('effective_on', models.DateField(verbose_name='生效日期')),
                ('state', models.CharField(choices=[('draft', '拟定中'), ('previewed', '已预览，待批准'), ('approved', '已批准，待实施'), ('applying', '实施中'), ('applied', '已实施'), ('undoing', '撤回中'), ('undone', '已撤回'), ('dropped', '已作废')], default='draft', max_length=10, verbose_name='状态')),
                ('new_name', models.CharField(blank=True, max_length=100, verbose_name='新名称')),
                ('new_short_name', models.CharField(blank=True, max_length=40, verbose_name='新简称')),
                ('drafted_by', models.UUIDField(verbose_name='拟定人标识')),
                ('drafted_by_name', models.CharField(max_length=100, verbose_name='拟定人')),
                ('drafted_at', models.DateTimeField(verbose_name='拟定时间')),
                ('preview', models.JSONField(default=list, verbose_name='预览')),
                ('previewed_at', models.DateTimeField(blank=True, null=True, verbose_name='预览时间')),
                ('approved_by', models.UUIDField(blank=True, null=True, verbose_name='批准人标识')),
                ('approved_by_name', models.CharField(blank=True, max_length=100, verbose_name='批准人')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='开始实施')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='实施完成')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回完成')),
                ('undo_reason', models.CharField(blank=True, max_length=200, verbose_name='撤回原因')),
                ('last_actor', models.JSONField(default=dict, verbose_name='最近操作人')),
                ('progress', models.JSONField(default=dict, verbose_name='进度')),
                ('record', models.JSONField(default=dict, verbose_name='改动记录')),
            ],
            options={
                'verbose_name': '机构改革方案',
                'indexes': [models.Index(condition=models.Q(('state__in', ['applying', 'undoing'])), fields=['state'], name='organisations_reform_running')],
                'constraints': [models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('drafted_by')), _negated=True), _connector='OR'), name='organisations_reform_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('started_at__isnull', True), ('state__in', ['draft', 'previewed', 'dropped'])), models.Q(('approved_at__isnull', False), ('started_at__isnull', True), ('state', 'approved')), models.Q(('approved_at__isnull', False), ('started_at__isnull', False), ('state__in', ['applying', 'undoing'])), models.Q(('applied_at__isnull', False), ('approved_at__isnull', False), ('state', 'applied')), models.Q(('state', 'undone'), ('undone_at__isnull', False)), _connector='OR'), name='organisations_reform_state')],
            },
        ),
        migrations.CreateModel(
            name='ChainPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.CharField(choices=[('team', '工作班子'), ('deputy', '分管领导'), ('principal', '主要负责人（一把手）')], max_length=10, verbose_name='层次')),
                ('since', models.DateField(verbose_name='自')),
                ('until', models.DateField(blank=True, null=True, verbose_name='至')),
                ('set_by', models.UUIDField(verbose_name='确定人')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.post', verbose_name='岗位')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chain', to='organisations.unit')),
            ],
            options={
                'verbose_name': '责任链岗位',
                'constraints': [models.UniqueConstraint(condition=models.Q(('rung__in', ['deputy', 'principal']), ('until__isnull', True)), fields=('unit', 'rung'), name='organisations_chain_one_of_a_rung'), models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('unit', 'post'), name='organisations_chain_post_once')],
            },
        ),
        migrations.CreateModel(
            name='Counterpart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_by', models.UUIDField(verbose_name='确定人')),
                ('made_at', models.DateTimeField(verbose_name='确定时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='解除时间')),
                ('lower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counterparts_above', to='organisations.unit', verbose_name='下级部门')),
                ('upper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counterparts_below', to='organisations.unit', verbose_name='上级部门')),
            ],
            options={
                'verbose_name': '对口部门',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('upper', 'lower'), name='organisations_counterpart_once'), models.CheckConstraint(condition=models.Q(('upper', models.F('lower')), _negated=True), name='organisations_counterpart_not_self')],
            },
        ),
        migrations.CreateModel(
            name='CounterpartWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_by', models.UUIDField(verbose_name='确定人')),
                ('made_at', models.DateTimeField(verbose_name='确定时间')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='解除时间')),
                ('lower', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counterparts_above', to='organisations.window')),
                ('upper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counterparts_below', to='organisations.window')),
            ],
            options={
                'verbose_name': '对口窗口',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('upper', 'lower'), name='organisations_counterpart_window_once'), models.CheckConstraint(condition=models.Q(('upper', models.F('lower')), _negated=True), name='organisations_counterpart_window_not_self')],
            },
        ),
        migrations.CreateModel(
            name='EntryPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='版次')),
                ('document', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('text', models.TextField(verbose_name='方案')),
                ('made_on', models.DateField(verbose_name='制定日期')),
                ('written_by', models.CharField(max_length=100, verbose_name='登记人')),
                ('written_at', models.DateTimeField(verbose_name='登记时间')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entry_plans', to='organisations.unit')),
            ],
            options={
                'verbose_name': '进驻工作方案',
                'constraints': [models.UniqueConstraint(fields=('unit', 'number'), name='organisations_entry_plan_number')],
            },
        ),
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='曾用名')),
                ('short_name', models.CharField(max_length=40, verbose_name='曾用简称')),
                ('until', models.DateField(verbose_name='用至')),
                ('document', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='former_names', to='organisations.unit')),
                ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='former_names', to='organisations.reorganisation')),
            ],
            options={
                'verbose_name': '机构曾用名',
                'indexes': [models.Index(fields=['unit', 'until', 'id'], name='organisations_former_name')],
            },
        ),
        migrations.CreateModel(
            name='ReorganisationPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(default=1)),
                ('items', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, null=True, size=None, verbose_name='事项编码')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='organisations.reorganisation')),
                ('posts', models.ManyToManyField(blank=True, related_name='+', to='organisations.post', verbose_name='随转岗位')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.unit', verbose_name='划出机构')),
                ('target', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.unit', verbose_name='划入机构')),
            ],
            options={
                'verbose_name': '机构改革方案的一项',
                'ordering': ['order', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('target__isnull', True), models.Q(('target', models.F('source')), _negated=True), _connector='OR'), name='organisations_reform_part_moves')],
            },
        ),
        migrations.CreateModel(
            name='SealEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('handed_over', '移交保管'), ('lost', '遗失'), ('ended', '停用'), ('superseded', '待缴销'), ('restored', '恢复使用'), ('destroyed', '销毁')], max_length=12, verbose_name='种类')),
                ('happened_at', models.DateTimeField(verbose_name='时间')),
                ('actor_uid', models.UUIDField(verbose_name='经手人标识')),
                ('actor_name', models.CharField(max_length=100, verbose_name='经手人')),
                ('reason', models.CharField(max_length=200, verbose_name='原因')),
                ('witness', models.CharField(blank=True, max_length=60, verbose_name='监交（监销）人')),
                ('document', models.CharField(blank=True, max_length=60, verbose_name='文号')),
                ('from_keeper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.post')),
                ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='organisations.seal')),
                ('to_keeper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.post')),
            ],
            options={
                'verbose_name': '印章变动',
                'indexes': [models.Index(fields=['seal', '-id'], name='organisations_seal_event')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'destroyed')), fields=('seal',), name='organisations_seal_destroyed_once')],
            },
        ),
        migrations.CreateModel(
            name='SupportingRole',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('office', '指导协调（政府办）'), ('supervision', '运行监督（监察机关）'), ('staffing', '绩效考核（人社部门）'), ('finance', '经费保障（财政部门）'), ('legal', '合法性审核（法制机构）'), ('information', '技术支持（信息中心）')], max_length=12, verbose_name='职责')),
                ('set_by', models.UUIDField(verbose_name='确定人')),
                ('set_at', models.DateTimeField(verbose_name='确定时间')),
                ('division', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supporting_roles', to='organisations.division')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='supporting_roles', to='organisations.unit')),
            ],
            options={
                'verbose_name': '支撑部门分工',
                'constraints': [models.UniqueConstraint(fields=('division', 'role'), name='organisations_supporting_role_once')],
            },
        ),
        migrations.CreateModel(
            name='UnitSuccession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', '合并'), ('split', '分设'), ('rename', '更名'), ('dissolve', '撤销'), ('move_items', '职能划转')], max_length=12, verbose_name='种类')),
                ('document', models.CharField(max_length=60, verbose_name='文号')),
                ('on', models.DateField(verbose_name='自')),
                ('whole', models.BooleanField(verbose_name='整体')),
                ('moved_at', models.DateTimeField(blank=True, null=True, verbose_name='移交完成')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='撤回')),
                ('new', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='organisations.unit')),
                ('old', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='organisations.unit')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='successions', to='organisations.reorganisation')),
            ],
            options={
                'verbose_name': '机构沿革',
                'constraints': [models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='organisations_succession_not_self'), models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True), ('whole', True)), fields=('old',), name='organisations_one_successor')],
            },
        ),
        sql_file(SQL / "0005_reorganising.sql"),
        append_only("organisations_sealevent"),
    ]
