# One image for the web, the worker, beat, the relay and the migration; docker-compose.yml says which is which.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 UPLOAD_ROOT=/data/uploads
RUN apt-get update \
    && apt-get install --no-install-recommends -y libgdal32 libgeos-c1v5 libproj25 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /house
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN useradd --uid 10001 --no-create-home house \
    && mkdir -p /data/uploads && chown -R house /data \
    && SECRET_KEY=only-while-building python manage.py collectstatic --no-input
USER house
EXPOSE 8000
CMD ["gunicorn", "-c", "python:api.gunicorn"]
