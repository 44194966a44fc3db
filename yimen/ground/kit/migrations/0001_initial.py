from pathlib import Path

from django.db import migrations, models

from yimen.ground.kit.migrations_sql import append_only, sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RateBucket',
            fields=[
                ('key', models.TextField(primary_key=True, serialize=False, verbose_name='键')),
                ('tokens', models.FloatField(verbose_name='剩余')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '频率限制',
                'verbose_name_plural': '频率限制',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False, verbose_name='时间')),
                ('actor_uid', models.UUIDField(null=True, verbose_name='操作人编号')),
                ('actor_name', models.TextField(db_default='', verbose_name='操作人')),
                ('actor_post', models.TextField(db_default='', verbose_name='岗位')),
                ('action', models.TextField(verbose_name='操作')),
                ('target_kind', models.TextField(db_default='', verbose_name='对象类型')),
                ('target', models.TextField(db_default='', verbose_name='对象')),
                ('result', models.TextField(choices=[('ok', '完成'), ('refused', '被拒绝'), ('failed', '出错')], db_default='ok', verbose_name='结果')),
                ('reason', models.TextField(db_default='', verbose_name='原因')),
                ('request_id', models.TextField(db_default='', verbose_name='请求编号')),
                ('ip', models.GenericIPAddressField(null=True, verbose_name='来源地址')),
                ('facts', models.TextField(db_default='{}', verbose_name='情况')),
                ('before_hash', models.TextField(db_default='', verbose_name='变更前摘要')),
                ('after_hash', models.TextField(db_default='', verbose_name='变更后摘要')),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'indexes': [models.Index(fields=['target_kind', 'target', '-id'], name='kit_audit_target'), models.Index(fields=['actor_uid', '-id'], name='kit_audit_actor'), models.Index(fields=['-at', '-id'], name='kit_audit_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('result__in', ['ok', 'refused', 'failed'])), name='kit_audit_result'), models.CheckConstraint(condition=models.Q(('action', ''), _negated=True), name='kit_audit_action')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField(verbose_name='事件编号')),
                ('event_name', models.TextField(verbose_name='事件')),
                ('handler', models.TextField(verbose_name='处理程序')),
                ('state', models.TextField(choices=[('waiting', '待处理'), ('done', '已处理'), ('parked', '已搁置')], default='waiting', verbose_name='状态')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('next_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), verbose_name='下次时间')),
                ('error', models.TextField(blank=True, default='', verbose_name='失败原因')),
                ('done_at', models.DateTimeField(null=True, verbose_name='完成时间')),
            ],
            options={
                'verbose_name': '事件投递',
                'verbose_name_plural': '事件投递',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_at', 'id'], name='kit_delivery_due'), models.Index(condition=models.Q(('state', 'parked')), fields=['id'], name='kit_delivery_parked')],
                'constraints': [models.UniqueConstraint(fields=('event_id', 'handler'), name='kit_delivery_once'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'parked'])), name='kit_delivery_state')],
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField(verbose_name='范围')),
                ('key', models.TextField(verbose_name='键')),
                ('request_hash', models.TextField(verbose_name='请求摘要')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='状态码')),
                ('body', models.TextField(blank=True, default='', verbose_name='回复')),
                ('created_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), verbose_name='时间')),
                ('expires_at', models.DateTimeField(verbose_name='到期')),
            ],
            options={
                'verbose_name': '幂等键',
                'verbose_name_plural': '幂等键',
                'indexes': [models.Index(fields=['expires_at'], name='kit_idempotency_expires')],
                'constraints': [models.UniqueConstraint(fields=('scope', 'key'), name='kit_idempotency_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(verbose_name='事件')),
                ('payload', models.JSONField(verbose_name='内容')),
                ('module', models.TextField(verbose_name='模块')),
                ('at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False, verbose_name='时间')),
                ('fanned_at', models.DateTimeField(null=True, verbose_name='分发时间')),
            ],
            options={
                'verbose_name': '事件',
                'verbose_name_plural': '事件',
                'indexes': [models.Index(condition=models.Q(('fanned_at__isnull', True)), fields=['id'], name='kit_outbox_new'), models.Index(fields=['at'], name='kit_outbox_at')],
            },
        ),
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('series', models.TextField(primary_key=True, serialize=False, verbose_name='序列')),
                ('last', models.BigIntegerField(verbose_name='最后编号')),
            ],
            options={
                'verbose_name': '编号序列',
                'verbose_name_plural': '编号序列',
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', 0)), name='kit_serial_last')],
            },
        ),
        sql_file(Path(__file__).resolve().parents[1] / "sql" / "0001_functions.sql"),
        append_only("kit_auditentry"),
    ]
