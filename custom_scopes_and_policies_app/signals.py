"""What the desk tells the record. Emitted last, inside the transaction of the change."""

from core_app.events import AuditSignal

code_issued = AuditSignal("code.issued", "An authorization code was given to an app.")
code_replayed = AuditSignal(
    "code.replayed", "A used code was presented again; what its first use gave was revoked."
)
authorization_refused = AuditSignal(
    "authorization.refused", "An authorization request ended in an error.", folds=True
)
token_issued = AuditSignal("token.issued", "Tokens were issued for a code, to a device or to an app itself.")
token_refreshed = AuditSignal("token.refreshed", "A refresh token was exchanged.")
token_refused = AuditSignal(
    "token.refused", "A token request was refused; the reason names the rule.", folds=True
)
token_revoked = AuditSignal("token.revoked", "A token family or a single token was revoked.")
token_narrowed = AuditSignal("token.narrowed", "A token family gives less from its next refresh on.")
refresh_reused = AuditSignal(
    "refresh.reused", "A superseded refresh token was used: family and session were ended."
)
endpoint_flooded = AuditSignal(
    "endpoint.flooded",
    "An address or app asked an endpoint too often; told once per minute, process and caller.",
)
introspection_refused = AuditSignal(
    "introspection.refused", "Somebody asked about a token and may not.", folds=True
)
app_told = AuditSignal("logout.app_told", "An app took the news that a session ended (back-channel logout).")
app_not_told = AuditSignal(
    "logout.app_not_told", "An app could not be told that a session ended; the reason says why."
)
consent_given = AuditSignal("consent.given", "A person allowed an app something.")
consent_declined = AuditSignal("consent.declined", "A person denied an app.")
consent_withdrawn = AuditSignal("consent.withdrawn", "A person took a consent back.")
device_requested = AuditSignal("device.requested", "A device asked to be connected and shows a code.")
device_approved = AuditSignal("device.approved", "A person typed the code of a device and allowed it.")
device_denied = AuditSignal(
    "device.denied", "A device was not allowed: the person denied it, or a rule did; the reason says which."
)
device_code_wrong = AuditSignal(
    "device.code_wrong", "A person typed a device code that does not exist or does not wait any more."
)
consent_lowered = AuditSignal(
    "consent.lowered", "A person allowed an app less than before; what gave more was ended."
)
app_authorized = AuditSignal("app.authorized", "A person authorized an app for the first time.")
policy_changed = AuditSignal("policy.changed", "An operator changed a scope or its levels.")
client_created = AuditSignal("client.created", "An app was registered.")
client_key_changed = AuditSignal(
    "client.key_changed", "An app got a new key for HS256; tokens of the old one are refused."
)
client_changed = AuditSignal("client.changed", "An app's registration was changed.")
client_disabled = AuditSignal("client.disabled", "An app was switched off; everything it held was revoked.")
client_enabled = AuditSignal("client.enabled", "An app was switched on again; it starts without tokens.")
client_deleted = AuditSignal("client.deleted", "An app was deleted with its consents and tokens.")
client_secret_added = AuditSignal("client.secret_added", "A secret was made for an app.")
client_secret_ended = AuditSignal(
    "client.secret_ended", "A secret of an app was removed, or the end of its life was set."
)
operator_ended_sessions = AuditSignal(
    "operator.sessions_ended", "An operator ended all sessions of a person."
)
operator_ended_session = AuditSignal("operator.session_ended", "An operator ended one session of a person.")
