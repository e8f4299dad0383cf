"""Runs the table of tests/data/credentials.json with the official package.

Usage: credentials.py ENDPOINT, an emulator that knows the keys of tests/it/credentials.rs and has the role ecs-role.
Prints one line a case that fails, and `passed failed` as the last line.

The package's own requests go to the emulator in the place of sts.aliyuncs.com and of the metadata service; everything else
in them, their signatures too, is the package's.
"""

import io
import json
import logging
import os
import pathlib
import sys
import tempfile
import traceback
import urllib.parse

# Heavy modules, loaded once: each case runs in a fork of its own, as the package reads variables when it is loaded.
import aiofiles  # noqa: F401
import apscheduler.schedulers.background  # noqa: F401
from Tea.core import TeaCore

ENDPOINT = urllib.parse.urlsplit(sys.argv[1])
CASES = json.loads((pathlib.Path(__file__).parents[1] / "data/credentials.json").read_text(encoding="utf-8"))
URI = "http://keys.test/key"
KEY = {
    "Code": "Success", "AccessKeyId": "AK-URI", "AccessKeySecret": "secret-uri", "SecurityToken": "token-uri",
    "Expiration": "2099-01-01T00:00:00Z",
}
SIGN_IN = "https://signin.test"
SIGN_IN_HOSTS = ("signin.test", "oauth.aliyun.com", "oauth.alibabacloud.com")
PROVIDERS = {
    "env": "env", "oidc_role_arn": "oidc", "cli_profile": "cli", "profile": "file", "ecs_ram_role": "ecs",
    "credential_uri": "uri",
}
# The package logs every provider that it passes over, with a traceback.
logging.disable()
do_action = TeaCore.do_action


class Answer:
    def __init__(self, status_code, body):
        self.status_code = status_code
        self.body = json.dumps(body).encode()


def sign_in(request):
    """The servers of OAuth and CloudSSO, as tests/it/credentials.rs has them."""
    key = {
        "AccessKeyId": "STS.C", "AccessKeySecret": "secret-c", "SecurityToken": "token-c",
        "Expiration": "2099-01-01T00:00:00Z",
    }
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if request.pathname == "/v1/token" and "refresh_token=refresh-1&" in request.body + "&":
        return Answer(200, {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600})
    if request.pathname == "/v1/exchange" and token in ("access-1", "access-2"):
        return Answer(200, key)
    if request.pathname == "/cloud-credentials" and token == "sso-1":
        return Answer(200, {"CloudCredential": key})
    return Answer(401, {"error": "invalid_grant"})


def reroute(request, runtime_option=None):
    if request.headers["host"] == "keys.test":
        return Answer(200, KEY)
    if request.headers["host"] in SIGN_IN_HOSTS:
        return sign_in(request)
    assert request.headers["host"] in ("sts.aliyuncs.com", "100.100.100.200"), request.headers["host"]
    request.headers["host"] = ENDPOINT.hostname
    request.port = ENDPOINT.port
    request.protocol = "http"
    return do_action(request, runtime_option)


def caller(credentials):
    """Who the emulator says that the holder of these credentials is."""
    from alibabacloud_credentials.utils import parameter_helper as helper

    request = helper.get_new_request()
    request.query = {
        "Action": "GetCallerIdentity", "Format": "JSON", "Version": "2015-04-01", "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0", "Timestamp": helper.get_iso_8061_date(), "SignatureNonce": helper.get_uuid(),
        "AccessKeyId": credentials.get_access_key_id(), "SecurityToken": credentials.get_security_token(),
    }
    text = helper.compose_string_to_sign("GET", request.query)
    request.query["Signature"] = helper.sign_string(text, credentials.get_access_key_secret() + "&")
    request.headers["host"] = "sts.aliyuncs.com"
    return json.loads(TeaCore.do_action(request).body)["Arn"]


def find(case):
    """What the package finds, in the form of the table."""
    from alibabacloud_credentials.provider import CLIProfileCredentialsProvider, ProfileCredentialsProvider
    from alibabacloud_credentials.provider.default import DefaultCredentialsProvider

    profile = case.get("profile")
    if profile is None:
        chain = [DefaultCredentialsProvider]
    else:
        # A profile of a file is looked for in the providers of the files.
        chain = [
            lambda: CLIProfileCredentialsProvider(profile_name=profile),
            lambda: ProfileCredentialsProvider(profile_name=profile),
        ]
    for make in chain:
        try:
            credentials = make().get_credentials()
        except Exception as error:  # the package raises whatever it meets
            if os.environ.get("VERBOSE"):
                print(error, file=sys.stderr)
            continue
        names = credentials.get_provider_name().removeprefix("default/").split("/")
        provider = PROVIDERS[names[0]]
        temporary = names[-1] in ("ram_role_arn", "oidc_role_arn", "ecs_ram_role") or "ram_role_arn" in names
        if temporary:
            return {"provider": provider, "caller": caller(credentials)}
        found = {
            "provider": provider, "id": credentials.get_access_key_id(), "secret": credentials.get_access_key_secret(),
            "token": credentials.get_security_token(),
        }
        return {name: value for name, value in found.items() if value}
    return None


def run(case, out):
    with tempfile.TemporaryDirectory() as home:
        def filled(text):
            return text.replace("$HOME", home).replace("$URI", URI).replace("$SSO", SIGN_IN)

        for path, content in case.get("files", {}).items():
            target = pathlib.Path(home, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(filled(content), encoding="utf-8")
        for name in [name for name in os.environ if name.startswith("ALIBABA_CLOUD_")]:
            del os.environ[name]
        os.environ["HOME"] = home
        for name, value in case.get("variables", {}).items():
            os.environ[f"ALIBABA_CLOUD_{name}"] = filled(value)
        TeaCore.do_action = staticmethod(reroute)
        found = find(case)
    if found != case["expect"]:
        out.write(f"{case['name']}: expected {case['expect']}, the official package finds {found}\n")


def in_a_fork(case):
    """The complaint about a case, empty when there is none."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        out = io.StringIO()
        try:
            run(case, out)
        except BaseException:
            out.write(f"{case['name']}: {traceback.format_exc()}\n")
        os.write(writer, out.getvalue().encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as complaint:
        text = complaint.read()
    os.waitpid(child, 0)
    return text


complaints = [complaint for case in CASES if (complaint := in_a_fork(case))]
print("".join(complaints), end="")
print(len(CASES) - len(complaints), len(complaints))
