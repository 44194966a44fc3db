"""Stand-ins and emergencies, and what the session tells of them."""

import datetime
from pathlib import Path
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models

from yimen.ground.kit.migrations_sql import sql_file


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_second_factor'),
        ('organisations', '0005_reorganising'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StaffRules',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('delegation_longest_days', models.PositiveSmallIntegerField(default=60, verbose_name='请假代办最长天数')),
                ('emergency_hours', models.PositiveSmallIntegerField(default=4, verbose_name='应急授权最长小时数')),
                ('emergency_review_days', models.PositiveSmallIntegerField(default=3, verbose_name='应急授权复核天数')),
                ('leaver_days', models.PositiveSmallIntegerField(default=30, verbose_name='离岗多少天后关闭账号')),
                ('unused_days', models.PositiveSmallIntegerField(default=90, verbose_name='多少天没有登录停用账号')),
                ('warn_days', models.PositiveSmallIntegerField(default=7, verbose_name='关闭、停用前多少天提醒')),
                ('review_months', models.PositiveSmallIntegerField(default=3, verbose_name='权限复核间隔月数')),
                ('review_days', models.PositiveSmallIntegerField(default=15, verbose_name='权限复核完成天数')),
                ('review_suspends', models.BooleanField(default=False, verbose_name='逾期没有复核的权限自动收回')),
                ('changed_at', models.DateTimeField(verbose_name='修改时间')),
                ('changed_by', models.UUIDField(verbose_name='修改人')),
            ],
            options={
                'verbose_name': '人员与授权规则',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='organisations_staff_rules_one'), models.CheckConstraint(condition=models.Q(('delegation_longest_days__range', (1, 366)), ('emergency_hours__range', (1, 4)), ('emergency_review_days__range', (1, 30)), ('leaver_days__range', (0, 180)), ('review_days__range', (3, 60)), ('review_months__in', (1, 2, 3, 6, 12)), ('unused_days__range', (30, 180)), ('warn_days__range', (1, 29))), name='organisations_staff_rules_floor')],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('codes', models.JSONField(verbose_name='代办的权限')),
                ('reason', models.CharField(max_length=200, verbose_name='事由')),
                ('begins_at', models.DateTimeField(verbose_name='开始')),
                ('ends_at', models.DateTimeField(verbose_name='结束')),
                ('offered_at', models.DateTimeField(verbose_name='提出时间')),
                ('offered_by', models.UUIDField(verbose_name='提出人')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='接受时间')),
                ('declined_at', models.DateTimeField(blank=True, null=True, verbose_name='谢绝时间')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='提前结束时间')),
                ('revoked_by', models.UUIDField(blank=True, null=True, verbose_name='提前结束人')),
                ('end_reason', models.CharField(blank=True, max_length=200, verbose_name='谢绝或提前结束的原因')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_taken', to=settings.AUTH_USER_MODEL, verbose_name='代办人')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL, verbose_name='请假人')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='organisations.post', verbose_name='岗位')),
            ],
            options={
                'verbose_name': '请假代办',
                'indexes': [models.Index(condition=models.Q(('accepted_at__isnull', False), ('revoked_at__isnull', True)), fields=['account', 'ends_at'], name='organisations_stand_in')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('begins_at'))), name='organisations_delegation_times'), models.CheckConstraint(condition=models.Q(('holder', models.F('account')), _negated=True), name='organisations_delegation_not_self'), models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('declined_at__isnull', True), _connector='OR'), name='organisations_delegation_answer')],
            },
        ),
        migrations.CreateModel(
            name='Emergency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('codes', models.JSONField(verbose_name='权限')),
                ('places', models.JSONField(verbose_name='范围')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('opened_at', models.DateTimeField(verbose_name='启用时间')),
                ('ends_at', models.DateTimeField(verbose_name='到时')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='提前结束时间')),
                ('ended_by', models.UUIDField(blank=True, null=True, verbose_name='提前结束人')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='复核时间')),
                ('reviewed_by', models.UUIDField(blank=True, null=True, verbose_name='复核人')),
                ('reviewer', models.CharField(blank=True, max_length=100, verbose_name='复核人姓名')),
                ('verdict', models.CharField(blank=True, choices=[('justified', '合理'), ('unjustified', '不合理')], max_length=12, verbose_name='结论')),
                ('review_note', models.CharField(blank=True, max_length=500, verbose_name='复核意见')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to='organisations.post', verbose_name='岗位')),
            ],
            options={
                'verbose_name': '应急授权',
                'indexes': [models.Index(fields=['account', 'ends_at'], name='organisations_emergency_of'), models.Index(condition=models.Q(('reviewed_at__isnull', True)), fields=['ends_at'], name='organisations_emergency_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('opened_at')), ('ends_at__lte', django.db.models.expressions.CombinedExpression(models.F('opened_at'), '+', models.Value(datetime.timedelta(seconds=14400))))), name='organisations_emergency_short'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('verdict', '')), models.Q(('reviewed_at__isnull', False), ('verdict__in', ['justified', 'unjustified'])), _connector='OR'), name='organisations_emergency_reviewed')],
            },
        ),
        sql_file(Path(__file__).parents[1] / 'sql' / '0006_standing.sql'),
    ]
