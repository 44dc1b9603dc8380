"""Holds the document at a URL to OpenAPI 3.1, and its examples to its schemas."""

import json
import sys
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

with urllib.request.urlopen(sys.argv[1]) as answer:
    document = json.load(answer)
validate(document)

count = 0


def check(schema, example):
    global count
    count += 1
    # Beside what its references lead to.
    whole = {**schema, "components": document["components"]}
    Draft202012Validator(whole).validate(example)


def walk(node):
    """Whatever has a schema may have examples: parameters, headers, bodies, answers."""
    if isinstance(node, list):
        for element in node:
            walk(element)
    elif isinstance(node, dict):
        if isinstance(node.get("schema"), dict):
            schema = node["schema"]
            if "example" in node:
                check(schema, node["example"])
            for example in node.get("examples", {}).values():
                check(schema, example["value"])
            for example in schema.get("examples", []):
                check(schema, example)
        for member in node.values():
            walk(member)


walk(document["paths"])
walk(document["components"])
print(f"valid OpenAPI {document['openapi']}, {count} examples valid")
