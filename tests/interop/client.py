"""Sends requests to two servers as pact-python users do, by turns with `requests` and with `httpx`.

Reads {"ports": [a, b], "requests": [[one for a, one for b]]}, each {method, target, headers, body}, and writes the answers in the
same way; bodies are base64.
"""

import base64
import json
import sys

import httpx
import requests

task = json.load(sys.stdin)
session, client = requests.Session(), httpx.Client()


def joined(lines):
    headers = {}
    for name, value in lines:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def send(at, port, request):
    url = f"http://127.0.0.1:{port}{request['target']}"
    body = None if request["body"] is None else base64.b64decode(request["body"])
    headers = joined(request["headers"])
    try:
        if at % 2:
            answer = client.request(request["method"], url, headers=headers, content=body)
        else:
            answer = session.request(request["method"], url, headers=headers, data=body, allow_redirects=False)
    except (httpx.HTTPError, requests.RequestException) as error:
        return {"status": 0, "headers": [], "body": base64.b64encode(type(error).__name__.encode()).decode()}
    return {
        "status": answer.status_code,
        "headers": list(answer.headers.items()),
        "body": base64.b64encode(answer.content).decode(),
    }


answers = [[send(at, *one) for one in zip(task["ports"], pair)] for at, pair in enumerate(task["requests"])]
json.dump(answers, sys.stdout)
