"""When a centre last looked after its profile. Empty for those that have not done so on Balai yet."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("centres", "0004_activity_and_merging")]

    operations = [
        migrations.AddField("centre", "profile_updated_at", models.DateTimeField(blank=True, null=True)),
    ]
