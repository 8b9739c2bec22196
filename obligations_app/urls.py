"""The pages of this room."""

from django.urls import path

from obligations_app.views import activity

app_name = "obligations"
urlpatterns = [path("activity/", activity, name="activity")]
