from django.db import migrations

from core_app.append_only import protect, unprotect

TABLE = "obligations_app_oauthtokenlog"


class Migration(migrations.Migration):
    dependencies = [("obligations_app", "0002_log_counts_and_indexes")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: protect(schema_editor, TABLE),
            lambda apps, schema_editor: unprotect(schema_editor, TABLE),
            # MySQL knows no transactions around DDL.
            atomic=False,
        ),
    ]
