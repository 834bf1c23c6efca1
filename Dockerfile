# One image for web, worker, beat and migrations; docker-compose.yml names the commands.

FROM node:22-bookworm-slim AS browser
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock ./
RUN python -m venv /opt/venv && /opt/venv/bin/pip install -q --require-hashes -r requirements.lock

FROM debian:bookworm-slim AS translations
RUN apt-get update && apt-get install -y --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN find . -name django.po -execdir msgfmt --check-format -o django.mo django.po \;

FROM python:3.11-slim-bookworm
# Pango and harfbuzz lay out papers; without harfbuzz-subset a paper takes 8 seconds instead of 0.2.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig fonts-noto-cjk libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home carecenter \
    && install -d -o carecenter -g carecenter -m 700 /var/lib/carecenter/media /var/lib/carecenter/authority
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/carecenter
COPY --from=translations /src ./
COPY --from=browser /src/node_modules ./node_modules
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp \
    MEDIA_ROOT=/var/lib/carecenter/media
# The settings want addresses and keys; none of these leaves this line.
RUN SECRET_KEY=- FIELD_KEYS=- LOOKUP_KEY=- REDIS_URL=redis:// DATABASE_URL=postgresql:/// \
        python manage.py collectstatic --noinput --verbosity 0 \
    && python -m carecenter.fonts \
    && python -m compileall -q . \
    && chmod -R a+rX .
USER carecenter
VOLUME /var/lib/carecenter/media
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 CMD ["bin/healthy"]
# No access log: addresses of public pages carry tokens.
CMD ["gunicorn", "carecenter.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--max-requests", "5000", "--max-requests-jitter", "500"]
