# One image for every role: `serve` answers requests, `worker` does the long work, `up` is both.
# Without COURTSIDE_DATABASE_URL the private PostgreSQL runs inside, as the same ordinary user, on the volume; it needs
# nothing but glibc and zlib, which the base image has. `docker run --init` buries the processes that a crash orphans.

FROM python:3.11-slim AS build

ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/opt/courtside/.venv

WORKDIR /opt/courtside
RUN pip install --no-cache-dir uv==0.13.9 && uv venv "$VIRTUAL_ENV"

COPY requirements.lock ./
RUN uv pip install --require-hashes --requirement requirements.lock

# Editable, because the migrations and the explorer's files stand beside the packages and are found from there.
COPY pyproject.toml README.md ./
COPY alembic ./alembic
COPY schema ./schema
COPY resolvers ./resolvers
COPY app ./app
RUN uv pip install --no-deps --editable . && python -m compileall -q app schema resolvers


FROM python:3.11-slim

LABEL org.opencontainers.image.title="Courtside" \
      org.opencontainers.image.description="A machine-learning platform for basketball data behind one GraphQL API"

RUN groupadd --gid 10001 courtside \
    && useradd --uid 10001 --gid courtside --home-dir /var/lib/courtside --shell /usr/sbin/nologin courtside \
    && install --directory --owner=courtside --group=courtside --mode=0700 /var/lib/courtside

# Owned by root: the service can read its own code and never change it.
COPY --from=build /opt/courtside /opt/courtside

# Listens on every address of the container, so it refuses to start without a key of your own.
ENV PATH=/opt/courtside/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    COURTSIDE_STATE_DIR=/var/lib/courtside \
    COURTSIDE_HOST=0.0.0.0 \
    COURTSIDE_PORT=8000

USER 10001:10001
WORKDIR /var/lib/courtside
VOLUME /var/lib/courtside
EXPOSE 8000

# A worker has no port: start it with --no-healthcheck. The empty ProxyHandler keeps the question on this machine.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 CMD ["python", "-c", "import os, urllib.request as r; r.build_opener(r.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['COURTSIDE_PORT'] + '/healthz/live', timeout=2)"]

ENTRYPOINT ["courtside"]
CMD ["serve"]
