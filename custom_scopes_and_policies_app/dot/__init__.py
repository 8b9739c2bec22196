"""The only door to django-oauth-toolkit and oauthlib: what moves there is mended here and nowhere else.

`dot.models` holds what model classes inherit (importable while Django loads its models), `dot.protocol` the rest.
"""
