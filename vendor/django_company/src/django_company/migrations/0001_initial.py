from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=100)),
                ("commit", models.CharField(blank=True, max_length=64)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("arrived_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ("-arrived_at", "-pk"), "get_latest_by": "arrived_at"},
        ),
    ]
