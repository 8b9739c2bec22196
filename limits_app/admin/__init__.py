"""Locks, budgets, blocks and axes' log as operators see them: no key in full, and every change recorded."""

from limits_app.admin import axes_log, blocks, budgets, locks

__all__ = ["axes_log", "blocks", "budgets", "locks"]
