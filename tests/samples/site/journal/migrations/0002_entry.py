import os
import time

from django.db import migrations


def insert(apps, schema_editor):
    time.sleep(0.5)  # long enough for everybody else to come by
    apps.get_model("journal", "Entry").objects.using(schema_editor.connection.alias).create(process=os.getpid())


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(insert, migrations.RunPython.noop)]
