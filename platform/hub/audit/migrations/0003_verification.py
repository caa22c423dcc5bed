"""The last check of each chain; a table of the application's own, since a check recomputes what it says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_chain"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("chain", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("entries", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("broken_at", models.BigIntegerField(null=True)),
            ],
        ),
    ]
