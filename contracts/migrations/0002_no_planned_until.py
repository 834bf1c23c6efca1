from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]

    operations = [
        migrations.RemoveField("agreement", "visits_planned_until"),
        migrations.RemoveField("historicalagreement", "visits_planned_until"),
    ]
