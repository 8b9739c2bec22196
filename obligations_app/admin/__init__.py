"""What operators see of the record and of the duties to tell; importing it registers the pages."""

from obligations_app.admin import deleting, duties, log

__all__ = ["deleting", "duties", "log"]
