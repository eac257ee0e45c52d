"""moto with a relay that adds what moto lacks of EventBridge. A stand-in for tests and the demo: AWS works differently.

moto has buses, rules, targets, connections and API destinations, and it can match an event with a pattern. But it does
not deliver events to API destinations, ignores whether a rule is disabled, has no TestEventPattern, and never has a
connection that is not authorized. The relay adds all of these. It delivers to API destinations only, with the
authorizations BASIC and API_KEY. It has no input transformers, and it tries each delivery only once.

Waitress serves it, because moto's own server closes every connection after one request, which AWS does not do.
Arguments: host, port.
"""

import base64
import functools
import json
import sys
import threading
from datetime import datetime, timezone

import urllib3
import waitress
from moto.core.utils import unix_time
from moto.events.exceptions import ResourceNotFoundException
from moto.events.models import Connection, Destination, EventPattern, EventsBackend, Rule, events_backends
from moto.events.responses import EventsHandler
from moto.server import DomainDispatcherApplication, create_backend_app

DELIVERED_WITHIN_SECONDS = 5
THREADS = 16  # only one of them uses moto at a time, while the others read and write

connections = urllib3.PoolManager(maxsize=THREADS)


def find(things, arn):
    return next((thing for thing in things.values() if thing.arn == arn), None)


def start_delivery(backend, target, event):
    """Reads what it needs from moto before the thread starts, while the request that put the event holds the lock."""
    destination = find(backend.destinations, target["Arn"])
    connection = destination and find(backend.connections, destination.connection_arn)
    if connection is None or connection.state != "AUTHORIZED":
        return
    call = (destination.http_method, destination.invocation_endpoint, connection.auth_parameters, event)
    threading.Thread(target=deliver, args=call, daemon=True).start()


def deliver(method, endpoint, auth_parameters, event):
    headers = authorization(auth_parameters)
    answer = connections.request(
        method, endpoint, json=event, headers=headers, timeout=DELIVERED_WITHIN_SECONDS, retries=False
    )
    print(f"relay: {endpoint} answered {answer.status} to event {event['id']}", flush=True)


def authorization(parameters):
    if "ApiKeyAuthParameters" in parameters:
        key = parameters["ApiKeyAuthParameters"]
        return {key["ApiKeyName"]: key["ApiKeyValue"]}
    basic = parameters["BasicAuthParameters"]
    pair = f"{basic['Username']}:{basic['Password']}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def as_delivered(event):
    time = datetime.fromtimestamp(event["time"], timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{key: value for key, value in event.items() if key != "ingestion-time"}, "time": time}


def send_to_targets(self, original_event, transform_input=True):
    if self.state == "DISABLED":
        return
    event = as_delivered(original_event)
    if not self.event_pattern.matches_event(event):
        return
    backend = events_backends[self.account_id][self.region_name]
    for target in self.targets:
        if ":api-destination/" in target["Arn"]:
            start_delivery(backend, target, event)
        elif ":sqs:" in target["Arn"]:
            self._send_to_sqs_queue(target["Arn"].split(":")[-1], dict(original_event))


def test_event_pattern(self):
    pattern = EventPattern.load(self._get_param("EventPattern"))
    result = pattern.matches_event(json.loads(self._get_param("Event")))
    return json.dumps({"Result": result}), self.response_headers


def deauthorize_connection(self):
    connection = self.events_backend.connections.get(self._get_param("Name"))
    if connection is None:
        raise ResourceNotFoundException("The connection does not exist.")
    connection.state = "DEAUTHORIZED"
    connection.state_reason = "The authorization parameters were removed."
    return json.dumps(connection.describe_short()), self.response_headers


original_update_connection = EventsBackend.update_connection


def update_connection(self, name, **changes):
    """A connection with new parameters is authorized again."""
    original_update_connection(self, name, **changes)
    connection = self.connections[name]
    connection.state = "AUTHORIZED"
    connection.state_reason = None
    connection.last_authorized_time = unix_time()
    return connection.describe_short()


original_describe_connection = Connection.describe


def describe_connection(self):
    described = original_describe_connection(self)
    described["LastAuthorizedTime"] = getattr(self, "last_authorized_time", self.creation_time)
    reason = getattr(self, "state_reason", None)
    return {**described, "StateReason": reason} if reason else described


original_describe_destination = Destination.describe


def describe_destination(self):
    """A destination without an authorized connection is inactive."""
    account_id = self.arn.split(":")[4]
    connection = find(events_backends[account_id][self.region].connections, self.connection_arn)
    is_active = connection is not None and connection.state == "AUTHORIZED"
    return {**original_describe_destination(self), "ApiDestinationState": "ACTIVE" if is_active else "INACTIVE"}


Rule.send_to_targets = send_to_targets
EventsHandler.test_event_pattern = test_event_pattern
EventsHandler.deauthorize_connection = deauthorize_connection
EventsBackend.update_connection = update_connection
Connection.describe = describe_connection
Destination.describe = describe_destination


class Dispatcher(DomainDispatcherApplication):
    """Lets moto process only one request at a time: it answers 500 if a thread changes what another iterates over.

    Also caches which service a host belongs to. moto would search all of its folders for each request.
    """

    get_backend_for_host = functools.cache(DomainDispatcherApplication.get_backend_for_host)
    one_at_a_time = threading.Lock()

    def __call__(self, environ, start_response):
        with self.one_at_a_time:
            return super().__call__(environ, start_response)


host, port = sys.argv[1:]
waitress.serve(Dispatcher(create_backend_app), host=host, port=int(port), threads=THREADS)
