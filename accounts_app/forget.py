"""The log of operators' work on a person, without the name of the person: it is written as it was on that day."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import CASCADE, Model
from django.utils.translation import gettext

from accounts_app.models import User
from core_app.forgetting import Leaving


def forget(leaving: Leaving) -> None:
    """What was done is kept, and to which row; only the text that names it goes."""
    said = gettext("deleted (%(number)d)") % {"number": leaving.user_id}
    _rename(User, [leaving.user_id], said)
    for relation in User._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is CASCADE and isinstance(model, type):
            rows = model._default_manager.filter(**{relation.field.name: leaving.user_id})
            _rename(model, list(rows.values_list("pk", flat=True)), said)


def _rename(model: type[Model], keys: list[object], said: str) -> None:
    if not keys:
        return
    proxies = [other for other in model._meta.apps.get_models() if other._meta.concrete_model is model]
    types = ContentType.objects.get_for_models(*proxies, for_concrete_models=False).values()
    LogEntry.objects.filter(content_type__in=list(types), object_id__in=[str(key) for key in keys]).update(
        object_repr=said
    )
