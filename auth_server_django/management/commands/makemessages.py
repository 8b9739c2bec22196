"""`manage.py makemessages`: Django's, without its guesses."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """New strings arrive untranslated, which shows English; a similar string's translation would be wrong."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
