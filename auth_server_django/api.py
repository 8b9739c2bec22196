"""The JSON API: the rooms' routers under one OpenAPI document, with its pages served from here."""

from ninja import NinjaAPI

from custom_scopes_and_policies_app.api import router as oauth

api = NinjaAPI(
    title="Authorization server",
    version="1",
    description="JSON API of this server. The OAuth endpoints answer under /o/ as well.",
    urls_namespace="api",
    docs_url="/docs",
    openapi_extra={
        "components": {"securitySchemes": {"AccessToken": {"type": "http", "scheme": "bearer"}}},
    },
)
api.add_router("/v1", oauth)
