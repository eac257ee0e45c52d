"""A Jina Flow with one Executor. Its settings are in the environment: see jina.ts."""

import json
import os
import signal
import time

from jina import Executor, Flow, requests

SETTINGS = json.loads(os.environ["JINA_FLOW_SETTINGS"])


class Echo(Executor):
    def __init__(self, **kwargs):
        time.sleep(SETTINGS["loadSeconds"])
        super().__init__(**kwargs)
        with open(SETTINGS["executorFile"], "w") as file:
            file.write(str(os.getpid()))

    @requests
    def echo(self, docs, **kwargs):
        return docs


def main():
    flow = Flow(
        protocol=["grpc", "http", "websocket"],
        port=[SETTINGS["grpc"], SETTINGS["http"], SETTINGS["websocket"]],
        host="127.0.0.1",
    ).add(uses=Echo, port=SETTINGS["executor"], host="127.0.0.1")
    signal.signal(signal.SIGTERM, lambda *_: flow.close() or os._exit(0))
    with flow:
        with open(SETTINGS["readyFile"], "w") as file:
            file.write("ready")
        flow.block()


if __name__ == "__main__":
    main()
