"""Addresses of the post office."""

from django.urls import path

from messaging_app import views

app_name = "messaging"

urlpatterns = [path("sms/receipts/<slug:route>/", views.receipt, name="receipt")]
