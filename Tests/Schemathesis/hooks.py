"""What schemathesis has to be told of this API, since no schema can say it.

`schemathesis.toml` beside this file loads it. Nothing here turns a check off: a failure is dropped
only where the answer itself names a rule of the documentation that spans several fields, and a
request is changed only where chance could not have made a meaningful one.

Environment:
    QUICKSAND_KEY_ID, QUICKSAND_KEY   a key with the scope `admin`
    QUICKSAND_AS                      who asks: `key`, `user` for somebody who has signed up, or
                                      else the dispatcher, by its secret
    QUICKSAND_ORGANIZATION            whose tasks the dispatcher orders
"""

import base64
import itertools
import json
import os
import re
from urllib.parse import parse_qsl, urlencode

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.jsonschema import make_validator
from schemathesis.openapi.checks import RejectedPositiveData, UseAfterFree

KEY_ID = os.environ["QUICKSAND_KEY_ID"]
KEY = os.environ["QUICKSAND_KEY"]
AS = os.environ["QUICKSAND_AS"]
ORGANIZATION = os.environ["QUICKSAND_ORGANIZATION"]

PASSWORD = "Difference-Engine-1837"

FORM = "application/x-www-form-urlencoded"

# Lists of texts are repeated fields; the document's `encoding` names those that hold a JSON text.
REPEATED = {"args", "outputs"}

# Rules that relate one field to another or to the time, as the server words their refusals.
RELATIONS = [
    r"version is not one of ",  # of that language
    r"entry is not the path of one of `files`",
    r"entry is required, since none of `files` is ",
    r"files\[\d+\]\.path (is given twice|is already a folder of another file|lies below the file )",
    r"files has \d+ elements, above the limit of ",  # `limits.files`
    r"limits\.source_bytes is \d+, but ",
    r"limits\.workspace_(bytes|files) is \d+, but ",
    r"(args|runs\[\d+\]\.args) and `env` are \d+ bytes together",
    r"(files|outputs) must have names of at most \d+ bytes together",
    r"[\w.]+ is above the plan's ceiling of ",  # the document has that of the highest plan
    r"expires_at is in the past",
    r"idempotency_key disagrees with ",
    r"organization_id is required",  # of the dispatcher alone
    # What is asked of a project, and what it has.
    r"version needs a language, and the project has none",
    r"(language|code) is required",
    r"entry is required, since the project's ",
    r"files conflict with the project's: ",
    r"env (has \d+ names with the project's|is \d+ bytes together)",
    r"limits\.files is \d+, but ",
]

unique = itertools.count()


@schemathesis.auth(refresh_interval=None)
class Credential:
    session = None

    def get(self, case, context):
        if case.operation.path == "/api/auth/sign-out":
            return f"Bearer {sign_up(case.operation.base_url)}"  # it will not hold after that
        if "Access tokens" in case.operation.tags:
            pair = base64.b64encode(f"{KEY_ID}:{KEY}".encode()).decode()
            return f"Basic {pair}"
        if AS == "user":
            Credential.session = Credential.session or sign_up(case.operation.base_url)
            return f"Bearer {Credential.session}"
        return f"Bearer {KEY if AS == 'key' else AS}"

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = data


def sign_up(server):
    """A new session's token."""
    account = {
        "name": "Ada Lovelace",
        "email": f"ada.{next(unique)}@example.org",
        "password": PASSWORD,
    }
    answer = requests.post(
        server.rstrip("/") + "/api/auth/sign-up/email",
        headers={"Origin": "http://127.0.0.1"},
        json=account,
    )
    return answer.json()["token"]


@schemathesis.hook
def filter_case(context, case):
    """The run's own key is not to be revoked in the middle of it."""
    return case.method != "DELETE" or (case.path_parameters or {}).get("id") != KEY_ID


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes the most of what is drawn: few of these requests would get as far as a jail."""
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    headers = case.headers or {}
    if "Idempotency-Key" in headers:
        # The few keys that are drawn would nearly all belong to another body by now.
        headers["Idempotency-Key"] = f"{next(unique)}-{headers['Idempotency-Key']}"[:255].strip()
    if isinstance(case.body, dict):
        # A version that chance draws is no language's, and its passwords are weak.
        case.body.pop("version", None)
        if case.body.get("idempotency_key"):
            # As above; and the header says the same or nothing.
            headers.pop("Idempotency-Key", None)
            case.body["idempotency_key"] = f"{next(unique)}-{case.body['idempotency_key']}"[:255]
        if AS not in ("key", "user") and case.operation.path == "/api/v1/dispatcher/tasks":
            case.body["organization_id"] = ORGANIZATION
        if "password" in case.body:
            case.body["password"] = PASSWORD
        # The header has said it.
        for name in ("client_id", "client_secret"):
            case.body.pop(name, None)


@schemathesis.serializer(FORM)
def form(context, value):
    """Fields as the document's `encoding` has them, which schemathesis does not follow yet."""
    body = context.case.body
    if not isinstance(body, dict):
        return body if isinstance(body, bytes) else json.dumps(body).encode()
    structured = structured_fields(context.case)
    pairs = []
    for name, field in body.items():
        if field is None:
            continue  # the same as absent
        if name in structured:
            pairs.append((name, json.dumps(field)))
        elif isinstance(field, list):
            pairs += [(name, text(element)) for element in field]
        else:
            pairs.append((name, text(field)))
    return urlencode(pairs).encode()


def structured_fields(case):
    definition = case.operation.get_body_for_media_type(FORM).definition
    return set(definition.get("encoding", {}))


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether it is one."""
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
        error = response.json()["error"]
        if isinstance(error, str):  # OAuth's shape
            # A form's text names several scopes, which its schema does not spell out.
            return error != "invalid_scope"
        return not any(re.match(relation, error["message"]) for relation in RELATIONS)
    if isinstance(failure, AcceptedNegativeData) and case.media_type == FORM:
        # In a form all is text, so what was of a wrong type may have become right.
        return not is_valid_form(case, response.request.body)
    if isinstance(failure, UseAfterFree):
        # What `DELETE` cancels or revokes stays in its list, and says so.
        return case.operation.path not in ("/api/v1/executions/{id}", "/api/v1/api-keys/{id}")
    return True


def is_valid_form(case, sent):
    structured = structured_fields(case)
    fields = {}
    for name, value in parse_qsl((sent or b"").decode(), keep_blank_values=True):
        if name in REPEATED:
            fields.setdefault(name, []).append(value)
        else:
            fields[name] = json.loads(value) if name in structured else value
    alternative = case.operation.get_body_for_media_type(FORM)
    validator = make_validator(
        alternative.optimized_schema, case.operation.schema.adapter.jsonschema_validator_cls
    )
    return validator.is_valid(fields)
