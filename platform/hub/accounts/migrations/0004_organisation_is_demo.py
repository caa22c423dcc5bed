from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_provider_owner"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="is_demo",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
