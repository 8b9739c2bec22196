"""What the desk tells the record. Emitted last, inside the transaction of the change."""

from core_app.events import AuditSignal

code_issued = AuditSignal("code.issued", "An authorization code was given to an app.")
code_replayed = AuditSignal(
    "code.replayed", "A used code was presented again; what its first use gave was revoked."
)
authorization_refused = AuditSignal("authorization.refused", "An authorization request ended in an error.")
token_issued = AuditSignal("token.issued", "Tokens were issued for a code or to an app itself.")
token_refreshed = AuditSignal("token.refreshed", "A refresh token was exchanged.")
token_refused = AuditSignal("token.refused", "A token request was refused; the reason names the rule.")
token_revoked = AuditSignal("token.revoked", "A token family or a single token was revoked.")
refresh_reused = AuditSignal(
    "refresh.reused", "A superseded refresh token was used: family and session were ended."
)
introspection_refused = AuditSignal("introspection.refused", "Somebody asked about a token and may not.")
consent_given = AuditSignal("consent.given", "A person allowed an app something.")
consent_declined = AuditSignal("consent.declined", "A person denied an app.")
consent_withdrawn = AuditSignal("consent.withdrawn", "A person took a consent back.")
app_authorized = AuditSignal("app.authorized", "A person authorized an app for the first time.")
client_created = AuditSignal("client.created", "An app was registered.")
client_changed = AuditSignal("client.changed", "An app's registration was changed.")
