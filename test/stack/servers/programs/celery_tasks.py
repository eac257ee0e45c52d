"""A Celery application for the test stack."""
import json
import os
import time

from celery import Celery
from celery.signals import worker_ready

app = Celery(
    "tasks",
    broker=os.environ["CELERY_BROKER_URL"],
    backend=os.environ["CELERY_RESULT_BACKEND"],
)
app.conf.update(
    # Tests stop the broker and start it again while the worker runs.
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    worker_prefetch_multiplier=1,
)
app.conf.update(json.loads(os.environ.get("CELERY_SETTINGS", "{}")))


@worker_ready.connect
def write_ready_file(**_):
    open(os.environ["CELERY_READY_FILE"], "w").close()


@app.task(name="healthgate.ping")
def ping():
    return "pong"


@app.task(name="healthgate.fail")
def fail():
    raise ValueError("hunter2")


@app.task(name="healthgate.slow")
def slow():
    time.sleep(5)
