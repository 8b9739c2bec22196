#!/bin/sh
# What has to be there before the server starts. Safe to run again: what exists stays.
set -eu
python manage.py bootstrap
python manage.py create_client --if-missing --name "Client app" --client-id client-app \
    --client-secret-file "$CLIENT_APP_SECRET_FILE" \
    --redirect-uri http://localhost:9100/callback --post-logout-redirect-uri http://localhost:9100/signed-out \
    --backchannel-logout-uri http://localhost:9100/backchannel-logout
python manage.py create_client --if-missing --name "Page app" --client-id page-app --public \
    --redirect-uri http://localhost:9200/ --post-logout-redirect-uri http://localhost:9200/ \
    --origin http://localhost:9200
