# The bot as an image. docs/operating.md says how to use it; it is not built in CI.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 OPENBLAS_NUM_THREADS=1
WORKDIR /app

COPY requirements.txt .
RUN pip install --disable-pip-version-check -r requirements.txt

# Named one by one: nothing else of the folder, such as .env or data/, gets into the image.
COPY config.py ./
COPY bot bot
COPY handlers handlers
COPY desk desk
COPY eservices eservices
COPY knowledge knowledge
COPY db db
COPY locales locales
COPY sandbox sandbox

RUN useradd --uid 10001 --create-home sanatyar && mkdir data && chown sanatyar data
USER sanatyar
VOLUME /app/data

# Inside a container 127.0.0.1 is the container itself; publish the port on the host's loopback only.
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"HTTP_PORT\"]}/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot"]
