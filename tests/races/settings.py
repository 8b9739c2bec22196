"""The product's settings for the servers of the races; only the password hasher also counts."""

from auth_server_django.settings import *  # noqa: F403
from auth_server_django.settings import PASSWORD_HASHERS as PRODUCT_HASHERS

PASSWORD_HASHERS = ["tests.races.counted.CountedArgon2", *PRODUCT_HASHERS[1:]]
