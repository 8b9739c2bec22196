from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('otp_app', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='otpchallenge',
            name='one_challenge_per_phone_and_purpose',
        ),
        migrations.RenameField(
            model_name='otpchallenge',
            old_name='phone',
            new_name='address',
        ),
        migrations.AlterField(
            model_name='otpchallenge',
            name='address',
            field=models.CharField(help_text='A number in E.164 or an e-mail address.', max_length=254, verbose_name='address'),
        ),
        migrations.AddConstraint(
            model_name='otpchallenge',
            constraint=models.UniqueConstraint(fields=('address', 'purpose'), name='one_challenge_per_address_and_purpose'),
        ),
    ]
