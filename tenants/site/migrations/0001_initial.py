import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("title", models.CharField(max_length=150)),
                ("body", models.TextField(max_length=4000)),
                ("published_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "ordering": ["-published_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False),
                ),
                ("about", models.TextField(blank=True, max_length=4000)),
                ("address", models.CharField(blank=True, max_length=300)),
                (
                    "whatsapp",
                    models.CharField(
                        blank=True,
                        max_length=15,
                        validators=[django.core.validators.RegexValidator("^62[0-9]{8,13}$")],
                    ),
                ),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="site_profile_one_row")],
            },
        ),
    ]
