from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("caregivers", "0002_visits_and_incidents")]

    operations = [
        migrations.RemoveConstraint(model_name="caregiver", name="caregiver_user_once"),
        migrations.AddConstraint(
            model_name="caregiver",
            constraint=models.UniqueConstraint(
                fields=["agency", "user"],
                condition=models.Q(("state", "left"), _negated=True),
                name="caregiver_user_once",
            ),
        ),
    ]
