from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("chain", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chain", models.CharField(max_length=36)),
                ("number", models.BigIntegerField(editable=False)),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=60)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(max_length=150)),
                ("visit_id", models.UUIDField(null=True)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.CharField(max_length=64)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(max_length=500)),
                ("address", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(max_length=36)),
                ("previous_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["chain", "-at"], name="audit_of_chain"),
                    models.Index(fields=["actor_id", "-at"], name="audit_of_actor"),
                ],
                "constraints": [models.UniqueConstraint(fields=("chain", "number"), name="audit_numbered")],
            },
        ),
    ]
