"""The walk of an operator: the dashboard, every list, one of its things in detail, and what is done there."""

from scripts.gallery.visitors import NEW
from scripts.gallery.walk import PASSWORD, Walk

OPERATOR = "+97688220099"
# Lists whose first thing is opened as well.
IN_DETAIL = {
    "application", "consent", "device", "oauthtokenlog", "outboundmessage", "refreshtoken", "scope",
    "signingkey", "ssosession", "user",
}  # fmt: skip
FIRST = "#result_list tbody th a"


def operators(walk: Walk) -> None:
    """Everything behind /admin/."""
    walk.leave()
    walk.page.goto("/admin/")
    walk.fill(phone=OPERATOR, password=PASSWORD)
    walk.show("admin", "/admin/")
    walk.show("admin-dashboard", "/admin/dashboard/?range=7d")
    walk.page.goto("/admin/")
    lists = walk.page.locator("#content tr[class^=model-] th a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    for path in lists:
        _list(walk, path)
    _actions(walk)
    _recovery(walk)


def _list(walk: Walk, path: str) -> None:
    kind = path.rstrip("/").rpartition("/")[2]
    walk.show(f"admin-{kind}", path)
    if kind not in IN_DETAIL:
        return
    walk.show(f"admin-{kind}-one", walk.first_link(path, FIRST))


def _actions(walk: Walk) -> None:
    desk = "/admin/custom_scopes_and_policies_app/application/"
    walk.show("admin-application-new", f"{desk}add/")
    one = walk.first_link(f"{desk}?q=demo-api", FIRST).partition("?")[0].removesuffix("change/")
    walk.show("admin-application-switch", f"{one}switch/")
    walk.show("admin-application-secrets", f"{one}secrets/")
    walk.show("admin-log-export", "/admin/obligations_app/oauthtokenlog/export/")
    walk.show("admin-messages-totals", "/admin/messaging_app/outboundmessage/totals/")
    walk.show("admin-keys-rotate", "/admin/jwt_app/signingkey/rotate/")
    walk.show("admin-keys-revoke", "/admin/jwt_app/signingkey/1/revoke/")


def _recovery(walk: Walk) -> None:
    path = walk.first_link(f"/admin/accounts_app/user/?q={NEW.removeprefix('+')}", FIRST)
    base = path.partition("?")[0].removesuffix("change/")
    walk.show("admin-user-profile", f"{base}profile/")
    walk.show("admin-user-act", f"{base}act/recovery/")
    walk.press("#content button.default")
    walk.leave()
    walk.show("account-recover", walk.link(NEW, "/account/recover/"))
