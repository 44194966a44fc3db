"""Accounts to be closed, and the reviews of rights."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0006_standing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=30, verbose_name='期间')),
                ('begins_on', models.DateField(verbose_name='期间开始')),
                ('opened_at', models.DateTimeField(verbose_name='发起时间')),
                ('opened_by', models.UUIDField(verbose_name='发起人')),
                ('due_on', models.DateField(verbose_name='完成期限')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='organisations.unit', verbose_name='部门')),
            ],
            options={
                'verbose_name': '权限复核',
            },
        ),
        migrations.CreateModel(
            name='AccountClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('leaver', '离岗'), ('unused', '长期没有登录')], max_length=8, verbose_name='原因')),
                ('since', models.DateField(verbose_name='离岗（最近使用）日期')),
                ('noticed_at', models.DateTimeField(verbose_name='发现时间')),
                ('due_on', models.DateField(verbose_name='停用日期')),
                ('warned_at', models.DateTimeField(blank=True, null=True, verbose_name='提醒时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='停用时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('reopened_at', models.DateTimeField(blank=True, null=True, verbose_name='重新启用时间')),
                ('reopened_by', models.UUIDField(blank=True, null=True, verbose_name='启用人')),
                ('reopen_reason', models.CharField(blank=True, max_length=200, verbose_name='启用原因')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '账号停用',
            },
        ),
        migrations.CreateModel(
            name='ReviewLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('grant', '权限'), ('letter', '授权委托书'), ('token', '接口密钥'), ('delegation', '请假代办')], max_length=10, verbose_name='种类')),
                ('ref', models.BigIntegerField(verbose_name='所指')),
                ('holder', models.CharField(max_length=160, verbose_name='持有人')),
                ('what', models.CharField(max_length=300, verbose_name='内容')),
                ('scope', models.CharField(blank=True, max_length=200, verbose_name='范围')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='最近使用')),
                ('verdict', models.CharField(blank=True, choices=[('', '待确认'), ('confirmed', '保留'), ('taken', '已收回'), ('suspended', '逾期收回'), ('restored', '已恢复')], default='', max_length=10, verbose_name='结论')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='确认时间')),
                ('decided_by', models.UUIDField(blank=True, null=True, verbose_name='确认人')),
                ('decider', models.CharField(blank=True, max_length=100, verbose_name='确认人姓名')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.post')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='organisations.accessreview')),
            ],
            options={
                'verbose_name': '复核项',
            },
        ),
        migrations.AddIndex(
            model_name='accessreview',
            index=models.Index(fields=['due_on', 'id'], name='organisations_review_due'),
        ),
        migrations.AddConstraint(
            model_name='accessreview',
            constraint=models.UniqueConstraint(fields=('begins_on', 'unit'), name='organisations_review_once'),
        ),
        migrations.AddIndex(
            model_name='accountclosing',
            index=models.Index(fields=['due_on', 'id'], name='organisations_closing_due'),
        ),
        migrations.AddConstraint(
            model_name='accountclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('account',), name='organisations_one_closing'),
        ),
        migrations.AddConstraint(
            model_name='reviewline',
            constraint=models.UniqueConstraint(fields=('review', 'kind', 'ref'), name='organisations_review_line_once'),
        ),
        migrations.AddConstraint(
            model_name='reviewline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('verdict', '')), models.Q(models.Q(('verdict', ''), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='organisations_review_line_decided'),
        ),
    ]
