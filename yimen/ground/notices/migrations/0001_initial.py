import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('identity', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('key', models.CharField(max_length=200, unique=True, verbose_name='幂等键')),
                ('template', models.CharField(blank=True, max_length=60, verbose_name='模板')),
                ('subject', models.CharField(max_length=120, verbose_name='标题')),
                ('body', models.TextField(verbose_name='内容')),
                ('link', models.CharField(blank=True, max_length=300, verbose_name='链接')),
                ('created_at', models.DateTimeField(db_default=models.Func(function='clock_timestamp', output_field=models.DateTimeField()), editable=False, verbose_name='时间')),
                ('read_at', models.DateTimeField(null=True, verbose_name='阅读时间')),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='收件账号')),
                ('party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.party', verbose_name='收件主体')),
            ],
            options={
                'verbose_name': '通知',
                'verbose_name_plural': '通知',
            },
        ),
        migrations.CreateModel(
            name='Sending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(default='email', max_length=10, verbose_name='渠道')),
                ('state', models.CharField(choices=[('waiting', '待发送'), ('sent', '已发送'), ('failed', '未送达')], default='waiting', max_length=10, verbose_name='状态')),
                ('mail_id', models.CharField(max_length=200, unique=True, verbose_name='邮件标识')),
                ('to', models.CharField(blank=True, max_length=120, verbose_name='收件地址（遮盖）')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='未送达原因')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='发送时间')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sendings', to='notices.message', verbose_name='通知')),
            ],
            options={
                'verbose_name': '外发记录',
                'verbose_name_plural': '外发记录',
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['account', '-id'], name='notices_message_account'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['party', '-id'], name='notices_message_party'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['account'], name='notices_message_unread_account'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['party'], name='notices_message_unread_party'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('account__isnull', True), ('party__isnull', True), _connector='XOR'), name='notices_message_one_reader'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('link', ''), ('link__startswith', '/'), _connector='OR'), name='notices_message_link_inside'),
        ),
        migrations.AddConstraint(
            model_name='sending',
            constraint=models.UniqueConstraint(fields=('message', 'channel'), name='notices_sending_once'),
        ),
    ]
