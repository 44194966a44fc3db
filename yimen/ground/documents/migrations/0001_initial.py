import django.db.models.deletion
import uuid
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

from yimen.ground.kit.migrations_sql import append_only, sql_file


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kit', '0001_initial'),
        ('organisations', '0002_functions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('name', models.TextField(verbose_name='文件名')),
                ('kind', models.CharField(max_length=8, verbose_name='格式')),
                ('media_type', models.CharField(max_length=100, verbose_name='媒体类型')),
                ('size', models.BigIntegerField(verbose_name='字节数')),
                ('digest', models.CharField(db_index=True, max_length=80, verbose_name='内容摘要')),
                ('stored_at', models.DateTimeField(verbose_name='存入时间')),
                ('owner_uid', models.UUIDField(null=True, verbose_name='存入人标识')),
                ('owner_name', models.CharField(blank=True, max_length=100, verbose_name='存入人')),
            ],
            options={
                'verbose_name': '文件',
                'verbose_name_plural': '文件',
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='documents_file_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='标识')),
                ('code', models.CharField(editable=False, max_length=20, unique=True, verbose_name='验证码')),
                ('kind', models.CharField(max_length=40, verbose_name='文书种类')),
                ('number', models.CharField(max_length=100, verbose_name='文号')),
                ('series', models.CharField(max_length=60, verbose_name='字号')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年份')),
                ('serial', models.PositiveIntegerField(verbose_name='顺序号')),
                ('matter_code', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='办件编号')),
                ('facts', models.TextField(verbose_name='文书内容')),
                ('seal_text', models.CharField(blank=True, max_length=60, verbose_name='印文')),
                ('issued_at', models.DateTimeField(verbose_name='签发时间')),
                ('issued_by_uid', models.UUIDField(verbose_name='签发人标识')),
                ('issued_by', models.CharField(max_length=100, verbose_name='签发人')),
                ('signature', models.CharField(blank=True, max_length=160, verbose_name='电子签名')),
                ('voided_at', models.DateTimeField(null=True, verbose_name='作废时间')),
                ('voided_by', models.CharField(blank=True, max_length=100, verbose_name='作废人')),
                ('void_reason', models.CharField(blank=True, max_length=200, verbose_name='作废原因')),
                ('issued_by_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='签发账号')),
                ('seal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.seal', verbose_name='印章')),
                ('pdf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile', verbose_name='版式文件')),
            ],
            options={
                'verbose_name': '文书',
                'verbose_name_plural': '文书',
                'constraints': [models.UniqueConstraint(fields=('series', 'year', 'serial'), name='documents_letter_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('void_reason', ''), ('voided_at__isnull', True)), models.Q(('voided_at__isnull', False), models.Q(('void_reason', ''), _negated=True)), _connector='OR'), name='documents_letter_void_says_why')],
            },
        ),
        sql_file(Path(__file__).resolve().parents[1] / "sql" / "0001_letters.sql"),
        append_only("documents_storedfile"),
    ]
