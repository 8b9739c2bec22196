# The server, its worker and its scheduler: one image, three commands. docs/deployment.md says how it is run.

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/venv
COPY requirements.txt ./
# Every package is checked against its hash, and comes as a wheel: nothing is compiled here.
RUN /opt/venv/bin/pip install --require-hashes --only-binary=:all: -r requirements.txt


FROM packages AS app
COPY . .
# Static files get their hashed names and compressed copies now, so that a container starts with nothing to write.
# The secrets are made up for this one command and are in no layer.
RUN SECRET_KEY="$(/opt/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    MASTER_KEYS="$(/opt/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(32))')" \
    DEBUG=0 ISSUER_URL=https://login.example.com DATABASE_URL=postgres://unused@127.0.0.1/unused \
    /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /opt/venv/bin/python -m compileall -q .


FROM python:3.11-slim-bookworm AS server
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0
RUN groupadd --gid 10001 server \
    && useradd --uid 10001 --gid server --no-create-home --shell /usr/sbin/nologin server \
    && install -d -o server -g server -m 700 /run/made
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=app /app /app
USER 10001:10001
EXPOSE 8000
# "live": the process answers. Whether it can serve a login, /health/ready says, for a load balancer to ask.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["python", "manage.py", "serve"]


# The examples need what apps use and the server does not. `docker-compose.yml` builds this one beside the server.
FROM server AS examples
USER 0
COPY requirements-examples.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements-examples.txt
USER 10001:10001
HEALTHCHECK NONE


# Last, so that `docker build .` without a target makes the server.
FROM server
