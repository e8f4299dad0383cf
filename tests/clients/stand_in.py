"""A stand-in for the service that shares no code with letterform: it knows the service's documentation alone.

Usage: stand_in.py PROGRAM runs every policy form in both forms of signing: `apply` creates the letters, the next plan is
empty. The last line is `passed failed`. Python's standard library is all that it needs.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

KEY_ID, SECRET = "stand-in", "stand-in-secret"
OSS_KEY_ID, OSS_SECRET = "OSS.stand-in", "oss-secret"
BUCKET, START_PATH = "scans", "100000358082063"
VARIABLE = "${filename}"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
LENGTH = ["content-length-range", 0, 1048576000]
BUCKET_IS = {"bucket": BUCKET}

# Each form of a policy: its conditions, how the object store reads the variable, and more.
FORMS = {
    "eq with the variable": {"conditions": [LENGTH, BUCKET_IS, ["eq", "$key", f"{START_PATH}/{VARIABLE}"]]},
    "eq with the variable, filled in before it is compared": {
        "conditions": [LENGTH, ["eq", "$key", f"{START_PATH}/{VARIABLE}"]],
        "reading": "filled-in",
    },
    "eq with the escaped variable": {"conditions": [["eq", "$key", f"{START_PATH}/{VARIABLE}"]], "escape": True},
    "the variable within a name": {"conditions": [["eq", "$key", f"{START_PATH}/scan-{VARIABLE}"]]},
    "eq with a fixed name": {"conditions": [["eq", "$key", f"{START_PATH}/upload.png"]], "letters": 1},
    "a new fixed name for each question": {"conditions": [["eq", "$key", f"{START_PATH}/upload-COUNT.png"]]},
    "object form with a fixed name": {"conditions": [{"key": f"{START_PATH}/upload.png"}], "letters": 1},
    "object form with the variable": {"conditions": [{"key": f"{START_PATH}/{VARIABLE}"}]},
    "starts-with nothing": {"conditions": [["starts-with", "$key", ""]]},
    "starts-with the path": {"conditions": [["starts-with", "$key", f"{START_PATH}/"]]},
    "starts-with another folder": {"conditions": [["starts-with", "$key", "qualification/2026/"]]},
    "starts-with part of a name": {"conditions": [["starts-with", "$key", "upload"]]},
    "starts-with Chinese characters": {"conditions": [["starts-with", "$key", "委托书/"]]},
    "no condition on the key": {"conditions": [LENGTH, BUCKET_IS]},
    "content type by eq": {"conditions": [["eq", "$content-type", "image/png"]]},
    "content type in a list": {"conditions": [["in", "$content-type", ["image/jpg", "image/png"]]]},
    "content type by its beginning": {"conditions": [["starts-with", "$Content-Type", "image/"]]},
    "status 201": {"conditions": [{"success_action_status": "201"}]},
    "status 204": {"conditions": [["eq", "$success_action_status", "204"]]},
    "unknown conditions": {"conditions": [{"x-oss-meta-owner": "a"}, ["starts-with", "$x-oss-object-acl", "private"]]},
    "not-in": {"conditions": [["not-in", "$key", ["a.png"]], ["not-in", "$x-oss-storage-class", ["Archive"]]]},
}

# Policies that no upload meets: what the error quotes, and how often the upload information is asked for.
HOPELESS = {
    "a name that begins with a slash": [["eq", "$key", "/upload.png"]],
    "two names": [["eq", "$key", "a.png"], ["eq", "$key", "b.png"]],
    "a file larger than the scan": [["content-length-range", 10000000, 20000000]],
}


class Service:
    """The state of one account, and its policy."""

    def __init__(self, form, signing):
        self.form, self.signing = form, signing
        self.letters, self.objects, self.nonces = [], {}, set()
        self.asked, self.uploads, self.problems = 0, 0, []
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.origin = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def handler(service):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with service.lock:
                    if self.headers.get("Content-Type", "").startswith("multipart/form-data"):
                        status, kind, answer = service.post_object(self, body)
                    else:
                        status, kind, answer = service.call(self, body)
                answer = answer.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                if kind == "application/xml":
                    self.send_header("x-oss-request-id", "5CAC0CF8DE0170")
                self.end_headers()
                if status != 204:
                    self.wfile.write(answer)

        return Handler

    # The API.

    def call(self, request, body):
        pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(request.path).query, keep_blank_values=True)
        query = dict(pairs)
        query.update(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        action = query.get("Action") or request.headers.get("x-acs-action")
        if action == "GetCallerIdentity":
            # An operation of another product, STS, which is not served here.
            return self.answer(404, Code="InvalidAction.NotFound", Message="Specified api is not found")
        code = self.check_signature(request, query, body)
        if code:
            return self.answer(400, Code=code, Message=code)
        return {
            "QuerySmsAuthorizationLetter": self.query,
            "GetQualificationOssInfo": self.oss_info,
            "CreateSmsAuthorizationLetter": self.create,
        }[action](query)

    @staticmethod
    def answer(status, **fields):
        fields = {"RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990", **fields}
        return status, "application/json", json.dumps(fields, ensure_ascii=False)

    def success(self, data):
        return self.answer(200, Code="OK", Message="OK", Success=True, Data=data)

    def check_signature(self, request, query, body):
        def encode(text):
            return urllib.parse.quote(text, safe="-_.~")

        def canonical(pairs):
            return "&".join(f"{encode(name)}={encode(value)}" for name, value in sorted(pairs.items()))

        if "Signature" in query:
            form, nonce = "v1", query.get("SignatureNonce")
            signed = {name: value for name, value in query.items() if name != "Signature"}
            text = f"POST&%2F&{encode(canonical(signed))}"
            digest = hmac.new(f"{SECRET}&".encode(), text.encode(), hashlib.sha1).digest()
            expected, given = base64.b64encode(digest).decode(), query["Signature"]
        else:
            form, nonce = "v3", request.headers.get("x-acs-signature-nonce")
            authorization = request.headers.get("Authorization", "")
            algorithm, _, parts = authorization.partition(" ")
            parts = dict(part.strip().split("=", 1) for part in parts.split(","))
            names = parts["SignedHeaders"].split(";")
            headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
            content = hashlib.sha256(body).hexdigest()
            text = "\n".join(["POST", "/", canonical(query), headers, ";".join(names), content])
            text = f"{algorithm}\n{hashlib.sha256(text.encode()).hexdigest()}"
            expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
            given = parts["Signature"]
        if form != self.signing:
            self.problems.append(f"signed by {form}")
        if not hmac.compare_digest(expected, given):
            return "SignatureDoesNotMatch"
        if nonce in self.nonces:
            return "SignatureNonceUsed"
        self.nonces.add(nonce)
        return None

    def query(self, _):
        return self.success(self.letters)

    def oss_info(self, query):
        if query.get("BizType") != "dysms":
            return self.answer(400, Code="OssBiztypeNotSupportError", Message="BizType")
        self.asked += 1
        end = int(time.time()) + 1800
        expiration = time.strftime("%Y-%m-%dT%H:%M:%S.001Z", time.gmtime(end))
        document = json.dumps({"expiration": expiration, "conditions": self.form["conditions"]})
        document = document.replace("COUNT", str(self.asked))
        if self.form.get("escape"):
            document = document.replace("${", "\\${")
        policy = base64.b64encode(document.encode()).decode()
        return self.success(
            {
                "AccessKeyId": OSS_KEY_ID,
                "Policy": policy,
                "Signature": self.oss_signature(policy),
                "Host": self.form.get("host", "{}").format(self.origin),
                "StartPath": START_PATH,
                "Expire": end,
            }
        )

    def create(self, query):
        key = query["AuthorizationLetterPic"]
        if key not in self.objects:
            return self.answer(400, Code="AuthorizationOssFileNotUploadError", Message="no object " + key)
        if any(letter["AuthorizationLetterName"] == query["AuthorizationLetterName"] for letter in self.letters):
            return self.answer(400, Code="AuthorizationLetterNameRepeat", Message="repeated")
        number = 10000100 + len(self.letters)
        copied = ["AuthorizationLetterName", "Authorization", "ProxyAuthorization", "OrganizationCode"]
        letter = {name: query[name] for name in [*copied, "AuthorizationLetterExpDate"]}
        letter["AuthorizationLetterId"] = number
        letter["AuthorizationLetterPic"] = f"{self.origin}/{urllib.parse.quote(key)}?Expires=1&Signature=x"
        letter["SignScope"] = "、".join(json.loads(query["SignList"]))
        letter.update(State="INT", Status="VALID", content=hashlib.sha256(self.objects[key]).hexdigest(), key=key)
        self.letters.append(letter)
        return self.success(str(number))

    # The object store.

    @staticmethod
    def oss_signature(policy):
        return base64.b64encode(hmac.new(OSS_SECRET.encode(), policy.encode(), hashlib.sha1).digest()).decode()

    @staticmethod
    def oss_error(status, code, message):
        text = message.replace("&", "&amp;").replace("<", "&lt;")
        xml = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{text}</Message><RequestId>5C</RequestId></Error>"
        return status, "application/xml", xml

    def post_object(self, request, body):
        self.uploads += 1
        if request.path != "/":
            return self.oss_error(405, "MethodNotAllowed", "POST / alone")
        boundary = b"--" + request.headers["Content-Type"].split("boundary=")[1].strip('"').encode()
        fields, file_name, file_type, content = {}, None, "", None
        for part in body.split(boundary)[1:-1]:
            head, _, value = part[2:].partition(b"\r\n\r\n")
            value, head = value[:-2], head.decode()
            name = head.split('name="')[1].split('"')[0]
            if content is not None:
                return self.oss_error(400, "InvalidArgument", "a field behind the file")
            if name == "file":
                file_name, content = head.split('filename="')[1].split('"')[0], value
                file_type = head.lower().partition("content-type: ")[2].split("\r\n")[0]
            elif name.lower() in fields:
                return self.oss_error(400, "InvalidArgument", "duplicate field: " + name)
            else:
                fields[name.lower()] = value.decode()
        if content is None:
            return self.oss_error(400, "IncorrectNumberOfFilesInPOSTRequest", "no file")
        if fields.get("ossaccesskeyid") != OSS_KEY_ID:
            return self.oss_error(403, "InvalidAccessKeyId", "no such key")
        policy = fields.get("policy", "")
        if not hmac.compare_digest(self.oss_signature(policy), fields.get("signature", "")):
            return self.oss_error(403, "SignatureDoesNotMatch", "another signature")
        document = json.loads(base64.b64decode(policy).decode().replace("\\$", "$"))
        sent_key = fields.get("key", "")
        object_key = sent_key.replace(VARIABLE, file_name)
        fields.setdefault("content-type", file_type)
        fields["bucket"] = BUCKET
        for condition in document["conditions"]:
            if not self.meets(condition, fields, sent_key, object_key, file_name, len(content)):
                failed = json.dumps(condition, ensure_ascii=False)
                return self.oss_error(403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: " + failed)
        if object_key in self.objects and self.objects[object_key] != content:
            self.problems.append(f"replaced {object_key}")
        self.objects[object_key] = content
        status = int(fields.get("success_action_status", "204"))
        if status == 201:
            xml = f"<?xml version=\"1.0\"?><PostResponse><Bucket>{BUCKET}</Bucket><Key>{object_key}</Key></PostResponse>"
            return 201, "application/xml", xml
        return status, "application/xml", ""

    def meets(self, condition, fields, sent_key, object_key, file_name, length):
        if isinstance(condition, dict):
            ((field, wanted),) = condition.items()
            operator = "eq"
        else:
            operator, field, wanted = condition[0], condition[1], condition[2]
        if operator == "content-length-range":
            return condition[1] <= length <= condition[2]
        field = field.lstrip("$").lower()
        value = fields.get(field, "")
        if field == "key":
            if self.form.get("reading") == "filled-in":
                # The condition is filled in, and compared with the field as it was sent.
                value, wanted = sent_key, wanted.replace(VARIABLE, file_name)
            elif isinstance(wanted, str) and VARIABLE in wanted:
                value = sent_key
            else:
                value = object_key
        return {
            "eq": lambda: value == wanted,
            "starts-with": lambda: value.startswith(wanted),
            "in": lambda: value in wanted,
            "not-in": lambda: value not in wanted,
        }[operator]()


class Folder:
    """Declarations, and the program that is run in their folder."""

    def __init__(self, program, letters):
        self.program = program
        self.scratch = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.scratch.name)
        self.digests = []
        lines = ["version: 1", "letters:"]
        for number in range(letters):
            # Bytes behind the end of a picture do no harm, and make each scan another one.
            scan = PNG + b"\0" * number
            (self.path / f"{number}.png").write_bytes(scan)
            self.digests.append(hashlib.sha256(scan).hexdigest())
            lines += [
                f"  - name: 第{'一二三'[number]}份授权书",
                "    authorizer: 苏州听雨茶业有限公司",
                "    authorizedParty: 杭州信使网络科技有限公司",
                "    organizationCode: 91320500MA1N8K3Q5C",
                f"    validity: {time.gmtime().tm_year}-01-01~{time.gmtime().tm_year + 2}-12-31",
                f"    signatures: [听雨茶业, 听雨{'一二三'[number]}号]",
                f"    scan: {number}.png",
            ]
        (self.path / "letters.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, service, *arguments):
        machine = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET}
        return subprocess.run(
            [self.program, *arguments, "--endpoint", service.origin, "--signature", service.signing],
            cwd=self.path, env={**machine, **keys, "HOME": str(self.path)}, capture_output=True, text=True, timeout=120,
        )


def expect(condition, message):
    if not condition:
        raise AssertionError(message)


def works(program, form, signing):
    count = form.get("letters", 2)
    folder, service = Folder(program, count), Service(form, signing)
    try:
        applied = folder.run(service, "apply", "--auto-approve", "--format", "json")
        expect(applied.returncode == 0, f"apply: {applied.returncode}: {applied.stdout[-900:]} {applied.stderr[-900:]}")
        report = json.loads(applied.stdout)
        expect(report["summary"]["created"] == count, report["summary"])
        # Each letter shows its own scan, and no upload replaced another.
        told = [hashlib.sha256(service.objects[letter["key"]]).hexdigest() for letter in service.letters]
        expect(sorted(told) == sorted(folder.digests), "a letter shows another scan")
        expect(not service.problems, service.problems)
        comparable = all("letterform-" in letter["key"] for letter in service.letters)
        warned = [warning["code"] for warning in report["warnings"]].count("picture-unknown")
        expect(warned == (0 if comparable else count), report["warnings"])
        uploads = service.uploads
        planned = folder.run(service, "plan", "--format", "json", "--detailed-exitcode")
        expect(planned.returncode == 0, f"plan: {planned.returncode}: {planned.stdout[-900:]} {planned.stderr[-900:]}")
        summary = json.loads(planned.stdout)["summary"]
        expect(summary["unchanged"] == count and summary["create"] == summary["conflict"] == 0, summary)
        expect(service.uploads == uploads, "plan uploaded something")
    finally:
        service.close()


def keeps_pictures_apart(program, signing):
    """A name that the service fixes once and for all is given to one picture alone, in this run and in the next."""
    form = {"conditions": [["eq", "$key", f"{START_PATH}/upload.png"]]}
    folder, service = Folder(program, 2), Service(form, signing)
    try:
        for created in (1, 0):
            applied = folder.run(service, "apply", "--auto-approve", "--format", "json")
            summary = json.loads(applied.stdout)["summary"]
            expect(applied.returncode == 1 and summary["created"] == created and summary["failed"] == 1, applied.stdout)
            expect("another letter" in applied.stdout, applied.stdout)
        expect(not service.problems and service.uploads == 1, (service.problems, service.uploads))
    finally:
        service.close()


def fails_at_once(program, conditions, signing):
    folder, service = Folder(program, 1), Service({"conditions": conditions}, signing)
    try:
        applied = folder.run(service, "apply", "--auto-approve", "--format", "json")
        message = json.loads(applied.stdout)["letters"][0]["error"]["message"]
        expect(applied.returncode == 1, applied.returncode)
        quotes = [json.dumps(condition, separators=(",", ":")) for condition in conditions]
        expect(any(quote in message for quote in quotes), message)
        expect(service.asked == 1 and service.uploads == 0, (service.asked, service.uploads))
    finally:
        service.close()


def reads_hosts(program, host, usable, signing):
    folder, service = Folder(program, 1), Service({"conditions": [], "host": host}, signing)
    try:
        applied = folder.run(service, "apply", "--auto-approve", "--format", "json")
        expect((applied.returncode == 0) == usable, applied.stdout[-900:])
        if not usable:
            message = json.loads(applied.stdout)["letters"][0]["error"]["message"]
            expect("`Host`" in message and "--" not in message and service.asked == 1, (message, service.asked))
    finally:
        service.close()


def main():
    program = os.path.realpath(sys.argv[1])
    cases = {}
    for signing in ("v3", "v1"):
        for name, form in FORMS.items():
            cases[f"{signing}: {name}"] = lambda form=form, signing=signing: works(program, form, signing)
        for name, conditions in HOPELESS.items():
            cases[f"{signing}: {name}"] = lambda c=conditions, signing=signing: fails_at_once(program, c, signing)
        cases[f"{signing}: one fixed name"] = lambda signing=signing: keeps_pictures_apart(program, signing)
    for host, usable in (("{}/", True), ("{}/path", False), ("ftp://a.example", False), ("{}?a=b", False)):
        cases[f"Host {host}"] = lambda host=host, usable=usable: reads_hosts(program, host, usable, "v3")
    passed = 0
    for name, case in cases.items():
        try:
            case()
            passed += 1
        except Exception as error:  # pylint: disable=broad-except
            print(f"stand-in: {name}: {type(error).__name__}: {error}")
    print(passed, len(cases) - passed)


if __name__ == "__main__":
    main()
