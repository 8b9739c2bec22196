"""The address that gateways call with delivery receipts."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core_app.errors import NotFound
from messaging_app.gateways.base import ReceiptCall, ReceiptRefused
from messaging_app.receipts import take_receipt

logger = logging.getLogger(__name__)


@csrf_exempt  # called by machines; each proves itself by its vendor's signature or the shared secret
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, route: str) -> HttpResponse:
    """204 for a receipt, new or known; 403 for a call that is not proven to be the gateway's; 404 otherwise."""
    try:
        take_receipt(route=route, call=_call(request))
    except ReceiptRefused as error:
        logger.warning("a receipt for route %s was refused: %s", route, error)
        return HttpResponse(status=403)
    except NotFound:
        return HttpResponse(status=404)
    return HttpResponse(status=204)


def _call(request: HttpRequest) -> ReceiptCall:
    """The body is read first: Django keeps it for the form only then."""
    body = request.body
    return ReceiptCall(
        url=f"{settings.ISSUER_URL}{request.get_full_path()}",
        headers={name.lower(): value for name, value in request.headers.items()},
        query={name: value for name, value in request.GET.items() if isinstance(value, str)},
        form={name: value for name, value in request.POST.items() if isinstance(value, str)},
        body=body,
    )
