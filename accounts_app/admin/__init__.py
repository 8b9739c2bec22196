"""People and their changes of number and address as operators see them: numbers masked, passwords never shown."""

from accounts_app.admin import closures, email_changes, people, phone_changes

__all__ = ["closures", "email_changes", "people", "phone_changes"]
