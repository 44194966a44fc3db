"""Two factors for staff, and what a session knows of them."""

import django.db.models.deletion
import yimen.ground.kit.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=80, verbose_name='恢复码摘要')),
                ('made_at', models.DateTimeField(verbose_name='生成时间')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='使用时间')),
            ],
            options={
                'verbose_name': '恢复码',
            },
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='second_factor', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('secret', yimen.ground.kit.fields.EncryptedText(verbose_name='密钥')),
                ('begun_at', models.DateTimeField(verbose_name='生成时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='绑定时间')),
                ('last_step', models.BigIntegerField(default=0, verbose_name='最近用过的时间步')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='最近使用')),
            ],
            options={
                'verbose_name': '动态验证码',
            },
        ),
        migrations.AddField(
            model_name='securityprofile',
            name='factor_minutes',
            field=models.PositiveSmallIntegerField(db_default=15, default=15, verbose_name='重要操作前多少分钟内须验证过'),
        ),
        migrations.AddField(
            model_name='securityprofile',
            name='second_factor',
            field=models.BooleanField(db_default=False, default=False, verbose_name='必须第二重验证'),
        ),
        migrations.AddField(
            model_name='session',
            name='factor_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='最近第二重验证'),
        ),
        migrations.AddField(
            model_name='session',
            name='factor_due',
            field=models.BooleanField(db_default=False, default=False, verbose_name='待第二重验证'),
        ),
        migrations.AddField(
            model_name='session',
            name='standing_in',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='代办'),
        ),
        migrations.AddConstraint(
            model_name='securityprofile',
            constraint=models.CheckConstraint(condition=models.Q(('factor_minutes__range', (1, 120))), name='identity_profile_factor'),
        ),
        migrations.AddField(
            model_name='recoverycode',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='recoverycode',
            constraint=models.UniqueConstraint(fields=('account', 'code_hash'), name='identity_recovery_code_once'),
        ),
    ]
