"""Runs scenarios.json against an emulator with the official Python SDK.

Usage: client.py ENDPOINT v1|v3 prints one line a scenario that fails, and `passed failed` as the last line.
`names` after that prints the names of all letters instead, and `create-letters` creates two.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

from alibabacloud_dysmsapi20170525 import models
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_tea_openapi import utils_models as open_api
from alibabacloud_tea_openapi.utils import Utils
from darabonba.runtime import RuntimeOptions

ENDPOINT, FORM = sys.argv[1:3]
DATA = json.loads((pathlib.Path(__file__).parent / "scenarios.json").read_text(encoding="utf-8"))
KEY = {"accessKeyId": "clients", "accessKeySecret": "clients-secret"}
new_nonce = Utils.get_nonce


def client(key):
    config = open_api.Config(
        access_key_id=key["accessKeyId"],
        access_key_secret=key["accessKeySecret"],
        security_token=key.get("securityToken"),
        endpoint=urllib.parse.urlsplit(ENDPOINT).netloc,
        protocol="HTTP",
        signature_algorithm="v2" if FORM == "v1" else None,
    )
    return Client(config)


class Run:
    """What the steps of all scenarios share."""

    def __init__(self):
        self.file_key = None
        self.letters = {}

    def value(self, value):
        """A value of the scenarios with its placeholders filled in."""
        if isinstance(value, dict):
            return value["repeat"] * value["times"]
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if value == "$fileKey":
            return self.file_key
        if isinstance(value, str) and value.startswith("$"):
            return int(self.letters[value[1:]]["id"])
        return value

    def call(self, step, send):
        """The code that a call ends with, and the body of its answer."""
        key = {**KEY, **step.get("client", {})}
        Utils.get_nonce = (lambda: f"{FORM}-{step['nonce']}") if "nonce" in step else new_nonce
        try:
            body = send(client(key)).body
        except Exception as error:  # pylint: disable=broad-except
            code = getattr(error, "code", None)
            return (code if code and getattr(error, "status_code", None) else "CONNECTION"), None
        finally:
            Utils.get_nonce = new_nonce
        return body.code, body

    def create(self, step):
        wanted = {name: self.value(value) for name, value in {**DATA["letter"], **step["with"]}.items()}
        request = models.CreateSmsAuthorizationLetterRequest().from_map(
            {name: value for name, value in wanted.items() if value is not None}
        )
        code, body = self.call(step, lambda api: api.create_sms_authorization_letter_with_options(request, RuntimeOptions()))
        if "save" in step and code == "OK":
            self.letters[step["save"]] = {"id": body.data, **wanted}
        return code

    def query(self, step):
        request = models.QuerySmsAuthorizationLetterRequest().from_map(
            {name: self.value(value) for name, value in step["with"].items()}
        )
        code, body = self.call(step, lambda api: api.query_sms_authorization_letter_with_options(request, RuntimeOptions()))
        if code == "OK" and "letters" in step:
            told = body.data or []
            expected = [self.letters[name] for name in step["letters"]]
            assert len(told) == len(expected), f"{len(told)} letters, not {len(expected)}"
            for one, other in zip(told, expected):
                self.compare(one, other)
        return code

    @staticmethod
    def compare(told, wanted):
        pairs = [
            (str(told.authorization_letter_id), wanted["id"]),
            (told.authorization_letter_name, wanted["AuthorizationLetterName"]),
            (told.authorization, wanted["Authorization"]),
            (told.proxy_authorization, wanted["ProxyAuthorization"]),
            (told.organization_code, wanted["OrganizationCode"]),
            (told.authorization_letter_exp_date, wanted["AuthorizationLetterExpDate"]),
            (told.sign_scope, "、".join(wanted["SignList"])),
        ]
        for one, other in pairs:
            assert one == other, f"{one!r} is not {other!r}"
        path = urllib.parse.unquote(urllib.parse.urlsplit(told.authorization_letter_pic).path)
        assert path.endswith("/" + wanted["AuthorizationLetterPic"]), path
        wanted["url"] = told.authorization_letter_pic

    def upload(self, step):
        request = models.GetQualificationOssInfoRequest(biz_type="dysms")
        code, body = self.call(step, lambda api: api.get_qualification_oss_info_with_options(request, RuntimeOptions()))
        assert code == "OK", code
        info = body.data
        # The object store replaces the variable with the name of the file that is sent.
        key = f"{info.start_path}/${{filename}}"
        with tempfile.NamedTemporaryFile(suffix=".png") as scan:
            scan.write(base64.b64decode(DATA["picture"]))
            scan.flush()
            fields = {
                "key": key,
                "OSSAccessKeyId": info.access_key_id,
                "policy": info.policy,
                "Signature": info.signature,
                "success_action_status": "200",
                "file": f"@{scan.name};filename=scan.png",
            }
            form = [part for name, value in fields.items() for part in ("-F", f"{name}={value}")]
            command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", *form, info.host]
            status = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert status == step["status"], f"HTTP {status}"
        self.file_key = f"{info.start_path}/scan.png"
        return None

    def download(self, step):
        url = self.letters[step["letter"]]["url"]
        content = subprocess.run(["curl", "-sSf", url], check=True, capture_output=True).stdout
        assert content == base64.b64decode(DATA["picture"]), "another picture came back"

    def read(self, step):
        """Any operation that reads: what `expect` names in the answer, by its path, is what it says."""
        operation = step["operation"]
        request = getattr(models, f"{operation}Request")().from_map(step["with"])
        method = re.sub("(?<!^)(?=[A-Z])", "_", operation).lower() + "_with_options"
        code, body = self.call(step, lambda api: getattr(api, method)(request, RuntimeOptions()))
        for path, wanted in step.get("expect", {}).items():
            told = body.to_map()
            for part in path.split("."):
                told = told[int(part)] if part.isdigit() else told.get(part)
            assert told == self.value(wanted), f"{path}: {told!r} is not {self.value(wanted)!r}"
        return code

    def call_any(self, step):
        params = open_api.Params(
            action=step["action"], version=step["version"], protocol="HTTP", pathname="/", method="POST",
            auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
        )

        class Answer:
            body = models.QuerySmsAuthorizationLetterResponseBody()

        def send(api):
            api.call_api(params, open_api.OpenApiRequest(query={}), RuntimeOptions())
            return Answer

        return self.call(step, send)[0]

    @staticmethod
    def admin(step):
        body = json.dumps(step["body"]).encode() if "body" in step else None
        request = urllib.request.Request(f"{ENDPOINT}/_emulator{step['path']}", body, method=step["method"])
        urllib.request.urlopen(request).close()

    def step(self, step):
        steps = {"create": self.create, "query": self.query, "upload": self.upload, "download": self.download}
        code = {**steps, "read": self.read, "call": self.call_any, "admin": self.admin}[step["do"]](step)
        assert code == step.get("code", code), f"{code}, not {step['code']}"


def main():
    run, passed, failed = Run(), 0, 0
    for scenario in DATA["scenarios"]:
        try:
            for step in scenario["steps"]:
                run.step(step)
            passed += 1
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"python {FORM}: {scenario['name']}: {step['do']}: {type(error).__name__}: {error}")
    print(passed, failed)


def names():
    api = client(KEY)
    letters = api.query_sms_authorization_letter(models.QuerySmsAuthorizationLetterRequest()).body.data
    print("\n".join(letter.authorization_letter_name for letter in letters or []))


def create_letters():
    run = Run()
    run.step({"do": "upload", "status": 200})
    for name in ("第一份授权书", "第二份授权书"):
        run.step({"do": "create", "with": {"AuthorizationLetterName": name}, "code": "OK"})


{"names": names, "create-letters": create_letters}.get("".join(sys.argv[3:]), main)()
