"""The group "Support": what people at a help desk need, and no more. Made once; changed by whoever runs the server."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

NAME = "Support"
PERMISSIONS = (
    "accounts_app.view_user",
    "accounts_app.add_user",
    "accounts_app.unlock_person",
    "accounts_app.lock_person",
    "accounts_app.end_sessions",
    "accounts_app.require_new_password",
    "accounts_app.start_recovery",
    "accounts_app.disconnect_apps",
    "accounts_app.view_person_log",
    "messaging_app.view_outboundmessage",
    "sessions_app.view_ssosession",
)


def ensure_support_group() -> bool:
    """Make the group if it is not there; whether it was made. One that is there stays as operators left it."""
    group, is_new = Group.objects.get_or_create(name=NAME)
    if is_new:
        wanted = Q(pk__in=[])
        for name in PERMISSIONS:
            app_label, codename = name.split(".")
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.set(Permission.objects.filter(wanted))
    return is_new
