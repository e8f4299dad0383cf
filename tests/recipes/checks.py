"""Runs the recipes as their systems would: the steps of action.yml in their order with their inputs, the jobs of the GitLab
template, the shell script alone, and the pre-commit hook. A server on this machine takes the comments.

Usage: checks.py PROGRAM ROOT
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback

import cmarkgfm
from cmarkgfm.cmark import Options
import yaml

PROGRAM, ROOT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LETTER = """  - name: {name}
    authorizer: 菜鸟网络科技有限公司
    authorizedParty: 杭州信使网络科技有限公司
    organizationCode: 91330100799655058B
    validity: 2026-01-01~{until}
    signatures: [菜鸟网络]
    scan: scan.png
"""
NOW = "2026-11-24T04:00:00Z"


class Forge(http.server.BaseHTTPRequestHandler):
    """Comments, notes and issues, as far as the recipes use them."""

    entries: list = []
    log: list = []

    # Who speaks: a token of another has another name.
    login = "github-actions[bot]"
    forbidden = False
    # As GitHub counts them.
    longest = 65_536

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path.endswith("/user"):
            return self.answer({"username": "letterform-bot"})
        if path == "/token":
            return self.answer({"value": "a token"})
        if path.endswith("/commits/5ha/pulls"):
            return self.answer([{"merged_at": None, "head": {"sha": "0ther"}}, {"merged_at": "2026-11-24", "head": {"sha": "4ead"}}])
        if "/actions/workflows/" in path:
            known = path.endswith("/letters.yml/runs") and "head_sha=4ead" in query and "status=success" in query
            return self.answer({"workflow_runs": [{"id": 77}] if known else []})
        # As a forge does, an entry is on the page on which it is.
        page = int(re.search(r"(?<!_)page=(\d+)", query)[1])
        entries = [entry for entry in self.entries if "state=open" not in query or entry.get("state") != "closed"]
        return self.answer(entries[(page - 1) * 100 : page * 100])

    def do_POST(self):
        if self.forbidden:
            self.body()
            return self.answer({"message": "Resource not accessible by integration"}, 403)
        body = self.body()
        if len(body["body"].encode("utf-16-le")) // 2 > self.longest:
            errors = [{"resource": "Issue", "code": "custom", "field": "body", "message": "body is too long (maximum is 65536 characters)"}]
            return self.answer({"message": "Validation Failed\n::stop-commands::x", "errors": errors}, 422)
        entry = body | {"id": len(self.entries) + 7, "number": len(self.entries) + 7}
        entry |= {"user": {"login": self.login}, "author": {"username": "letterform-bot"}}
        self.entries.append(entry)
        return self.answer(entry, 201)

    def do_PATCH(self):
        number = int(self.path.rsplit("/", 1)[1])
        entry = next(entry for entry in self.entries if entry["id"] == number)
        entry.update(self.body())
        self.answer(entry)

    do_PUT = do_PATCH

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, value, status=200):
        assert re.search("[Bb]earer t0ken|PRIVATE-TOKEN: t0ken", str(self.headers))
        self.log.append(f"{self.command} {self.path.split('?')[0]}")
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class World:
    """A repository with letters, an emulator, and a forge."""

    def __init__(self, *faults, state=None):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        (self.folder / "letters").mkdir()
        shutil.copy(ROOT / "examples/quickstart/scans/tea.png", self.folder / "letters/scan.png")
        self.letters(["甲委托", "乙委托"])
        (self.folder / "bin").mkdir()
        (self.folder / "bin/letterform").symlink_to(PROGRAM)
        # The recipes build the program with it; here it is built.
        (self.folder / "bin/cargo").write_text("#!/bin/sh\nexit 0\n")
        (self.folder / "bin/cargo").chmod(0o755)
        (self.folder / "temp").mkdir()
        self.artifacts = {}
        command = [PROGRAM, "emulator", "--listen", "127.0.0.1:0", "--state", ":memory:"]
        command += [part for fault in faults for part in ("--fault", fault)]
        if state:
            (self.folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
            command += ["--import", self.folder / "state.json"]
        environment = {"PATH": os.environ["PATH"], "LETTERFORM_NOW": NOW}
        self.emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self.endpoint = re.search(r"http://\S+", self.emulator.stdout.readline())[0]
        Forge.entries, Forge.log, Forge.forbidden, Forge.login = [], [], False, "github-actions[bot]"
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forge)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.api = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.emulator.kill()
        self.emulator.wait()
        self.server.shutdown()
        shutil.rmtree(self.folder)

    def letters(self, names, until="2028-12-31"):
        letters = "".join(LETTER.format(name=name, until=until) for name in names)
        (self.folder / "letters/letters.yaml").write_text(f"version: 1\nletters:\n{letters}", encoding="utf-8")

    def environment(self, **more):
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), "LETTERFORM_NOW": NOW,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "letterform-emulator",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "letterform-emulator-secret", **more,
        }

    def sh(self, script, shell=("sh",), **more):
        return subprocess.run(
            [*shell, "-e", "-c", script], cwd=self.folder, env=self.environment(**more), capture_output=True, text=True,
            check=False,
        )

    def context(self, **more):
        """What expressions may name."""
        return {
            # Of the machine outside, where the job runs in a container.
            "github.action_path": "/outside", "runner.temp": str(self.folder / "temp"), "github.event.pull_request.number": "12",
            "github.token": "t0ken", "github.repository": "example/letters",
            "github.event.pull_request.head.repo.full_name": "example/letters", **more,
        }

    def steps(self, steps, context, environment):
        """Runs steps as GitHub does: expressions are filled in, and each step gets its environment. After a failure, only
        those that ask for it are run."""
        failed, printed = 0, ""
        for step in steps:
            condition = str(step.get("if", "true"))
            if "always()" not in condition and (failed or not true(condition, context)):
                continue
            given = {name: filled(value, context) for name, value in step.get("with", {}).items()}
            more = environment | {name: filled(value, context) for name, value in step.get("env", {}).items()}
            uses = step.get("uses", "").partition("@")[0]
            outputs = {}
            if uses == "example/letterform" or uses.startswith("example/letterform/"):
                folder = ROOT / uses.removeprefix("example/letterform").lstrip("/")
                defaults = {"endpoint": self.endpoint, "token": "t0ken"} if folder == ROOT else {}
                status, outputs, text = self.composite(folder, defaults | given, more)
            elif uses == "actions/upload-artifact":
                source = pathlib.Path(given["path"])
                files = [source] if source.is_file() else list(source.glob("*"))
                self.artifacts[given["name"]] = {file.name: file.read_bytes() for file in files}
                status, text = 0, ""
            elif uses == "actions/download-artifact":
                assert given["run-id"] == "77" and given["github-token"] == "t0ken"
                target = pathlib.Path(given["path"])
                target.mkdir(exist_ok=True)
                for name, content in self.artifacts[given["name"]].items():
                    (target / name).write_bytes(content)
                status, text = 0, ""
            elif uses == "actions/checkout":
                status, text = 0, ""
            else:
                status, outputs, text = self.run(step["run"], more)
            printed += text
            context |= {f"steps.{step.get('id', '')}.outputs.{name}": value for name, value in outputs.items()}
            failed = failed or status
        return failed, printed

    def run(self, script, environment):
        assert "${{" not in script, "values must not become a part of a script"
        output = self.folder / "output"
        output.write_text("")
        run = self.sh(script, GITHUB_OUTPUT=str(output), **environment)
        return run.returncode, dict(line.split("=", 1) for line in output.read_text().splitlines()), run.stdout + run.stderr

    def composite(self, folder, given, environment):
        action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        assert set(given) <= set(action["inputs"]), given
        context, environment = self.context(), environment | {"GITHUB_ACTION_PATH": str(folder)}
        known = {name: filled(about.get("default", ""), context) for name, about in action["inputs"].items()}
        context |= {f"inputs.{name}": value for name, value in (known | given).items()}
        status, printed = self.steps(action["runs"]["steps"], context, environment)
        outputs = {name: filled(output["value"], context) for name, output in action["outputs"].items()}
        return status, outputs, printed

    def of_github(self):
        return {
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"), "GITHUB_ACTIONS": "true", "GITHUB_API_URL": self.api,
            "GITHUB_REPOSITORY": "example/letters", "GITHUB_SHA": "5ha", "RUNNER_TEMP": str(self.folder / "temp"),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t0ken", "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.api}/token?a=b",
        }

    def action(self, **inputs):
        """Runs action.yml with these inputs."""
        return self.composite(ROOT, {"endpoint": self.endpoint, "paths": "letters", "token": "t0ken"} | inputs, self.of_github())

    def workflow(self, name, event, **context):
        """Runs the jobs of a workflow for an event, each with each entry of its matrix: their statuses, and what was printed."""
        workflow = yaml.safe_load((ROOT / f"examples/ci/github/{name}.yml").read_text(encoding="utf-8"))
        context = self.context(**{"github.event_name": event} | context)
        statuses, printed = {}, ""
        for job, about in workflow["jobs"].items():
            if not true(about.get("if", "true"), context) or about.get("needs", job) not in {job, *statuses}:
                continue
            matrix = [{}]
            if "strategy" in about:
                matrix = json.loads(filled(about["strategy"]["matrix"].replace("fromJSON(", "").replace(")", ""), context))["include"]
            for entry in matrix:
                inside = context | {f"matrix.{name}": value for name, value in entry.items()}
                status, text = self.steps(about["steps"], inside, self.of_github())
                statuses[job] = statuses.get(job, 0) or status
                printed += text
            context |= {f"needs.{job}.outputs.{name}": filled(value, inside) for name, value in about.get("outputs", {}).items()}
        return statuses, printed


def value_of(expression, context):
    expression = expression.strip()
    if expression.startswith("secrets."):
        return {"ID": "letterform-emulator", "SECRET": "letterform-emulator-secret"}[expression.rsplit("_", 1)[1]]
    if expression.startswith("steps."):
        return context.get(expression, "")
    return context[expression]


def filled(text, context):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: value_of(match[1], context), str(text))


def true(condition, context):
    """Conditions that compare with == and !=, joined by &&."""
    def holds(part):
        if part.strip() == "true":
            return True
        left, operator, right = re.fullmatch(r"\s*(\S+) (==|!=) (\S+)\s*", part).groups()
        value = right.strip("'") if right.startswith("'") else value_of(right, context)
        return (value_of(left, context) == value) == (operator == "==")
    return all(holds(part) for part in str(condition).split("&&"))


def is_comment(text, *parts):
    assert text.startswith("<!-- letterform"), text
    for part in parts:
        assert part in text, f"{part} is not in {text}"
    # What the forge makes of it.
    return cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)


def pull_request_and_merge():
    with World() as world:
        status, outputs, printed = world.action(mode="pr")
        assert (status, outputs["status"], outputs["create"]) == (0, "0", "2"), printed
        html = is_comment(Forge.entries[0]["body"], "2 to create", "甲委托")
        assert html.count("<tr>") == 3, html
        print(Forge.entries[0]["body"])
        world.letters(["甲委托", "乙委托", "丙委托"])
        status, outputs, _ = world.action(mode="pr")
        assert (status, outputs["create"], len(Forge.entries)) == (0, "3", 1), "one comment, updated"
        assert Forge.log[-1] == "PATCH /repos/example/letters/issues/comments/7"
        assert "3 to create" in (world.folder / "summary.md").read_text(encoding="utf-8")
        status, _, printed = world.action(mode="merge", comment="false")
        assert status == 0 and "3 created" in printed, printed
        status, outputs, printed = world.action(mode="merge", comment="false")
        assert status == 0 and "3 unchanged" in printed, printed


def what_is_wrong_fails_the_run_at_its_place_and_says_so_in_the_comment():
    with World() as world:
        assert world.action(mode="pr")[0] == 0
        world.letters(["甲-`委托"] * 2)
        status, outputs, printed = world.action(mode="pr")
        assert (status, outputs["create"]) == (1, ""), "what an earlier run left is not this one's"
        assert "::error" in printed and "LF-name-duplicate" in printed, printed
        assert len(Forge.entries) == 1, "the comment with the plan does not stay"
        html = is_comment(Forge.entries[0]["body"], "the declarations are not valid", "LF-name-duplicate")
        assert html.count("<code>") == 1, html
        assert "not valid" in (world.folder / "summary.md").read_text(encoding="utf-8")


def a_plan_that_fails_says_why():
    with World() as world:
        status, _, printed = world.action(mode="pr", endpoint="http://127.0.0.1:9")
        assert status == 1 and "127.0.0.1:9" in printed, printed
        is_comment(Forge.entries[0]["body"], "there is no plan", "127.0.0.1:9")
        assert "letterform-emulator-secret" not in printed + Forge.entries[0]["body"]


def without_the_right_to_comment_the_run_goes_on():
    with World() as world:
        Forge.forbidden = True
        status, _, printed = world.action(mode="pr")
        assert status == 0 and "::warning" in printed and "403: Resource not accessible" in printed and Forge.entries == [], printed
        assert "2 to create" in (world.folder / "summary.md").read_text(encoding="utf-8")


def comments_of_others_are_left_alone():
    with World() as world:
        spoof = {"id": 1, "number": 1, "body": "<!-- letterform -->\nmine", "user": {"login": "mallory"}}
        Forge.entries.extend([spoof] + [spoof | {"id": number, "body": "talk"} for number in range(2, 120)])
        for _ in range(2):
            assert world.action(mode="pr")[0] == 0
        assert Forge.entries[0]["body"].endswith("mine") and len(Forge.entries) == 120, "found on the second page"
        # With a token of one's own.
        Forge.login = "letterbot"
        for _ in range(2):
            assert world.action(mode="pr", **{"comment-author": "letterbot"})[0] == 0
        assert len(Forge.entries) == 121


def no_value_of_the_service_is_taken_for_markup():
    hostile = [
        "</details><img src=x>|`a`", "- [ ] a", "1. a", "# a", "    a", "```", "|a|b|", "<!--", "@team #12 GH-12 https://a.cn www.a.cn a@b.cn",
        "[a](https://a.cn)", "**", "~~a~~", "$a$", "\u202ea\u2028b\nc\u0007", "&lt;", "\\|", "<script>", "\u3000a", "[^1]", ":tada:",
    ]
    with World() as world:
        letter = {
            "authorizedParty": "杭州信使网络科技有限公司", "organizationCode": "91330100799655058B", "validity": "2026-01-01~2028-12-31",
            "fileKey": "1/a.png",
        }
        letters = [letter | {"name": text, "authorizer": text, "signatures": [text], "state": text} for text in dict.fromkeys(hostile)]
        letters.append(letter | {"name": "甲委托", "authorizer": "`" * 9 + "\n# x", "signatures": hostile, "state": hostile[0]})
        state = {"formatVersion": 1, "accounts": [{"name": "letterform-emulator", "letters": letters, "objects": [{"key": "1/a.png", "base64": "iVBORw0KGgo="}]}]}
        (world.folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        assert world.sh("letterform emulator import state.json --state st").returncode == 0
        text = world.sh("letterform plan letters --format markdown --sandbox=st").stdout
        html = is_comment(text, "1 to create", "1 in conflict")
        # What is on the page is what the program has put there: a table, a diff, two folded parts, a list.
        count = {tag: len(re.findall(f"<{tag}[ >]", html)) for tag in ("table", "pre", "details", "ul", "ol", "a", "img", "input", "del", "script", "em", "strong")}
        wanted = dict.fromkeys(count, 0) | {"table": 1, "pre": 1, "details": 2, "ul": 2}
        assert count == wanted, (count, text)
        assert html.count("<li>") == len(letters) - 1 + html.count("picture-unknown"), html


def the_longest_comment_is_posted():
    with World() as world:
        file = world.folder / "long.md"
        file.write_text("<!-- letterform -->\n" + "信" * 65_000, encoding="utf-8")
        run = world.sh(f"{ROOT}/ci/comment.sh github-pr long.md", GITHUB_TOKEN="t0ken", PR_NUMBER="12", **{
            name: value for name, value in world.of_github().items() if name.startswith("GITHUB_")})
        assert run.returncode == 0 and Forge.entries[0]["body"].count("信") == 65_000, run.stderr


def what_the_forge_refuses_with_is_shown():
    with World() as world:
        file = world.folder / "long.md"
        file.write_text("<!-- letterform -->\n" + "信" * 70_000, encoding="utf-8")
        run = world.sh(f"{ROOT}/ci/comment.sh github-pr long.md", GITHUB_TOKEN="t0ken", PR_NUMBER="12", **{
            name: value for name, value in world.of_github().items() if name.startswith("GITHUB_")})
        assert run.returncode == 1 and "answered 422: Validation Failed" in run.stderr, run.stderr
        assert "body is too long (maximum is 65536 characters)" in run.stderr and len(run.stderr.splitlines()) == 1, run.stderr


def letters_of_a_pull_request_and_their_merge():
    with World() as world:
        statuses, printed = world.workflow("letters", "pull_request")
        assert statuses == {"plan": 0}, printed
        is_comment(Forge.entries[0]["body"], "2 to create")
        # More was merged than was reviewed.
        world.letters(["甲委托", "乙委托", "丙委托"])
        statuses, printed = world.workflow("letters", "push")
        assert statuses == {"apply": 1} and "not in the plan that was reviewed: 丙委托" in printed, printed
        # The same names with other content.
        world.letters(["甲委托", "乙委托"], until="2027-06-30")
        assert world.workflow("letters", "push")[0] == {"apply": 1}
        # What was reviewed, in other lines.
        world.letters(["乙委托", "甲委托"])
        statuses, printed = world.workflow("letters", "push")
        assert statuses == {"apply": 0} and "2 created" in printed, printed
        # Nothing more to create: that has been reviewed, too.
        assert world.workflow("letters", "push")[0] == {"apply": 0}


def letters_from_a_fork():
    with World() as world:
        fork = {"github.event.pull_request.head.repo.full_name": "mallory/letters"}
        assert world.workflow("letters", "pull_request", **fork)[0] == {"validate": 0}
        world.letters(["甲-委托"] * 2)
        statuses, printed = world.workflow("letters", "pull_request", **fork)
        assert statuses == {"validate": 1} and "::error" in printed, printed
        assert Forge.log == [], "nothing is asked of the forge"


def a_merge_without_review_creates_nothing():
    with World() as world:
        found = world.sh(f"{ROOT}/ci/reviewed-run.sh letters.yml", **world.of_github() | {
            "GITHUB_TOKEN": "t0ken", "GITHUB_OUTPUT": "output"})
        assert found.returncode == 0 and (world.folder / "output").read_text() == "run=77\n", found.stderr
        other = world.sh(f"{ROOT}/ci/reviewed-run.sh other.yml", **world.of_github() | {
            "GITHUB_TOKEN": "t0ken", "GITHUB_OUTPUT": "output"})
        assert other.returncode == 1 and "no run of other.yml" in other.stderr
        for content in (None, "no json", "{}"):
            if content:
                (world.folder / "reviewed.json").write_text(content)
            status, _, printed = world.action(mode="merge", comment="false", **{"reviewed-plan": "reviewed.json"})
            assert status == 1 and "nothing was created" in (world.folder / "summary.md").read_text(), printed
        assert "2 created" in world.action(mode="merge", comment="false")[2], "nothing had been"


def nights():
    with World() as world:
        assert world.action(mode="merge")[0] == 0
        assert world.action(mode="nightly")[0] == 0
        assert Forge.entries == [], "no issue where all is well"
        world.letters(["甲委托"], until="2027-12-31")
        status, outputs, printed = world.action(mode="nightly")
        assert (status, outputs["status"]) == (3, "3"), printed
        assert Forge.entries[0]["title"].startswith("letterform needs attention")
        is_comment(Forge.entries[0]["body"], "1 in conflict", "<details>")
        world.action(mode="nightly")
        assert len(Forge.entries) == 1 and Forge.log[-1].startswith("PATCH")
        # What ends soon is told, whether declared or not.
        assert world.action(mode="nightly", **{"expiring-days": "3000"})[0] == 3
        is_comment(Forge.entries[0]["body"], "Ends within 3000 days", "乙委托")
        # When it can't be asked, the issue says that.
        assert world.action(mode="nightly", endpoint="http://127.0.0.1:9")[0] == 1
        is_comment(Forge.entries[0]["body"], "there is no plan")
        # All is well again.
        world.letters(["甲委托", "乙委托"])
        status, _, printed = world.action(mode="nightly")
        assert status == 0 and Forge.entries[0]["state"] == "closed", printed
        is_comment(Forge.entries[0]["body"], "0 in conflict")
        # The next trouble is a new issue.
        assert world.action(mode="nightly", **{"expiring-days": "3000"})[0] == 4
        assert len(Forge.entries) == 2
        statuses, printed = world.workflow("drift", "schedule")
        assert statuses == {"look": 0} and Forge.entries[1]["state"] == "closed", printed


def many_letters_that_end_fit_into_the_issue():
    names = ["委托" * 20 + "".join(chr(0x4E00 + int(digit)) for digit in str(i)) for i in range(1000, 1600)]
    with World() as world:
        world.letters(names)
        assert world.action(mode="merge", comment="false")[0] == 0
        # All of them end soon, and half of them are in conflict.
        world.letters(names[:300], until="2027-12-31")
        status, _, printed = world.action(mode="nightly", **{"expiring-days": "3000"})
        body = Forge.entries[0]["body"]
        assert status == 3 and len(body.encode("utf-16-le")) // 2 <= 65_536, (status, len(body))
        html = is_comment(body, "300 in conflict", "Ends within 3000 days", "of “In conflict”", "of “Letters”")
        assert html.count("<table>") == 1 and body.count("**Shortened**") == 2 and body.rstrip().endswith("has them all."), printed


def with_signatures(*signatures):
    """A state in which these signatures, each with its state, were applied for with one letter."""
    letter = {
        "name": "甲委托", "authorizer": "菜鸟网络科技有限公司", "authorizedParty": "杭州信使网络科技有限公司",
        "organizationCode": "91330100799655058B", "validity": "2026-01-01~2028-12-31", "signatures": ["菜鸟网络"],
        "fileKey": "1/a.png",
    }
    applied = [
        {
            "name": name, "state": state, "letter": "甲委托", "thirdParty": True, "qualificationId": 1_000_042,
            "created": "2026-11-01 10:00:00", "rejectInfo": "印章不清晰" if state == "NOT_PASS" else "",
        }
        for name, state in signatures
    ]
    qualification = {"id": 1_000_042, "company": letter["authorizer"], "organizationCode": letter["organizationCode"]}
    account = {
        "name": "letterform-emulator", "letters": [letter], "signatures": applied, "qualifications": [qualification],
        "objects": [{"key": "1/a.png", "base64": "iVBORw0KGgo="}],
    }
    return {"formatVersion": 1, "accounts": [account]}


def signatures_at_night():
    refused, soon = with_signatures(("菜鸟网络", "NOT_PASS")), {"expiring-days": "3000"}
    with World(state=refused) as world:
        world.letters(["甲委托"])
        status, outputs, printed = world.action(mode="nightly")
        assert (status, Forge.entries) == (0, []), f"nobody asked for signatures: {printed}"
        status, outputs, printed = world.action(mode="nightly", signatures="true")
        assert (status, outputs["status"]) == (5, "5"), printed
        body = Forge.entries[0]["body"]
        html = is_comment(body, "1 unchanged", "## Signatures: 0 passed, 0 under review, 1 refused", "印章不清晰")
        assert body.count("<!-- letterform") == 1 and html.count("<h2>") == 2, body
        assert world.action(mode="nightly", signatures="true", **soon)[0] == 5, "a letter that ends weighs less"
        is_comment(Forge.entries[0]["body"], "Ends within 3000 days", "1 refused")
        world.letters(["甲委托"], until="2027-12-31")
        assert world.action(mode="nightly", signatures="true")[0] == 3, "a conflict weighs more"
        world.letters(["甲委托"])
        assert "neither true nor false" in world.action(mode="nightly", signatures="yes")[2]
        more = {"LETTERFORM_PATHS": "letters", "LETTERFORM_ENDPOINT": world.endpoint, "LETTERFORM_SIGNATURES": "true"}
        assert world.sh(f"{ROOT}/ci/letterform-ci.sh nightly", **more).returncode == 5
    with World(state=with_signatures(("菜鸟网络", "INIT"))) as world:
        world.letters(["甲委托"])
        status, _, printed = world.action(mode="nightly", signatures="true")
        assert (status, Forge.entries) == (0, []) and "1 under review" in printed, printed
    many = [(f"签名{number:04}", "NOT_PASS") for number in range(1200)]
    with World(state=with_signatures(*many)) as world:
        world.letters(["甲委托"])
        status, _, printed = world.action(mode="nightly", signatures="true", **soon)
        body = Forge.entries[0]["body"]
        assert status == 5 and len(body.encode("utf-16-le")) // 2 <= 65_536, (status, len(body))
        is_comment(body, "**Shortened**", "1200 with problems")
    with World("signatures code=isp.RAM_PERMISSION_DENY") as world:
        assert world.action(mode="merge", comment="false")[0] == 0
        assert world.action(mode="nightly", signatures="true")[0] == 1
        is_comment(Forge.entries[0]["body"], "2 unchanged", "## Signatures")


def gitlab():
    template = yaml.safe_load((ROOT / "examples/ci/gitlab/letterform.gitlab-ci.yml").read_text(encoding="utf-8"))
    with World() as world:
        shutil.copytree(ROOT / "ci", world.folder / "ci")

        def job(name, **extra):
            out = world.folder / "letterform-out"
            more = {"CI_API_V4_URL": world.api, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "3", "GITLAB_TOKEN": "t0ken"}
            more |= {"LETTERFORM_PATHS": template[".letterform"]["variables"]["LETTERFORM_PATHS"]}
            return world.sh("\n".join(template[name]["script"]), LETTERFORM_OUT=str(out), LETTERFORM_ENDPOINT=world.endpoint, **more, **extra)

        for expected in ("POST /projects/5/merge_requests/3/notes", "PUT /projects/5/merge_requests/3/notes/7"):
            run = job("letterform-plan")
            assert run.returncode == 0, run.stderr
            assert Forge.log[-1] == expected, Forge.log
        assert len(Forge.entries) == 1
        world.letters(["甲-委托"] * 2)
        assert job("letterform-plan").returncode == 1 and "not valid" in Forge.entries[0]["body"], "the note says why"
        world.letters(["甲委托", "乙委托"])
        assert "2 created" in job("letterform-apply").stdout
        assert job("letterform-nightly").returncode == 0
        assert "## Signatures" not in (world.folder / "letterform-out/comment.md").read_text(encoding="utf-8")
        assert template[".letterform"]["variables"]["LETTERFORM_SIGNATURES"] == "false"
        assert job("letterform-nightly", LETTERFORM_SIGNATURES="true").returncode == 0
        assert "## Signatures: 0 passed" in (world.folder / "letterform-out/comment.md").read_text(encoding="utf-8")


def a_cancelled_job_begins_nothing_new_and_leaves_its_report():
    """The script alone gets the signal, or all processes do; with a plain shell, or as GitHub runs the step of an action."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = next(step["run"] for step in action["runs"]["steps"] if step.get("id") == "run")
    shells = [""] + [f"{name} " for name in ("bash", "busybox sh") if shutil.which(name.split()[0])]
    for to_all in (False, True):
        for number, shell in [(signal.SIGINT, shell) for shell in shells] + [(signal.SIGTERM, ""), (signal.SIGHUP, "")]:
            with World("create delay=300") as world:
                world.letters(["委托" + "".join(chr(0x4E00 + int(digit)) for digit in str(i)) for i in range(100, 160)])
                script = world.folder / "step.sh"
                script.write_text(step.replace('exec "', f'exec {shell}"'))
                out, output = world.folder / "temp/letterform", world.folder / "output"
                more = world.of_github() | {
                    "LETTERFORM_PATHS": "letters", "LETTERFORM_ENDPOINT": world.endpoint, "MODE": "merge",
                    "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(output),
                }
                run = subprocess.Popen(
                    ["sh", "-e", script], cwd=world.folder, env=world.environment(**more), stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE, text=True, start_new_session=True,
                )
                for line in run.stderr:
                    if line.startswith("[1/60]"):
                        break
                (os.killpg if to_all else os.kill)(run.pid, number)
                told = run.stderr.read()
                assert run.wait() == 0 and "status=1\n" in output.read_text(), (to_all, number, shell, told)
                comment = (out / "comment.md").read_text(encoding="utf-8")
                headline = re.search(r"(\d+) created, 0 unchanged, 0 in conflict, 0 failed, (\d+) skipped", comment)
                assert headline, (to_all, number, shell, comment[:300], told)
                created, skipped = map(int, headline.groups())
                journal = (out / "journal.jsonl").read_text(encoding="utf-8")
                there = json.loads(world.sh(f"letterform list --format json --endpoint {world.endpoint} letters").stdout)
                exist = sum(letter["action"] == "unchanged" for letter in there["letters"])
                assert created == exist < 30 and created + skipped == 60, (to_all, number, shell, created, exist)
                assert journal.count('"settled"') == exist, (to_all, number, shell, journal)
                assert not pathlib.Path(f"/proc/{run.pid}").exists()


def any_other_runner():
    shells = [("sh",)] + [(name, "sh") if name == "busybox" else (name,) for name in ("dash", "busybox") if shutil.which(name)]
    script = (ROOT / "ci/letterform-ci.sh").read_text(encoding="utf-8")
    for shell in shells:
        with World() as world:
            def run(mode, **more):
                return world.sh(script.replace("${1:?", "${MODE:?"), shell, MODE=mode, LETTERFORM_ENDPOINT=world.endpoint, **more)

            ran = run("pr", LETTERFORM_PATHS="letters; touch owned\n$(touch owned)\n--help")
            assert ran.returncode == 1 and not (world.folder / "owned").exists(), "a path is a path"
            # Spaces, a dash at the beginning, and a path from the root.
            shutil.copytree(world.folder / "letters", world.folder / "-o more")
            ran = run("pr", LETTERFORM_PATHS=f"-o more\n\n{world.folder}/-o more")
            assert ran.returncode == 0, ran.stderr
            ran = run("pr", LETTERFORM_PATHS="letters", LETTERFORM_DENY="--help")
            assert ran.returncode == 1 and "Usage" not in ran.stdout, "a rule is a rule"
            ran = run("pr", LETTERFORM_PATHS="letters")
            assert ran.returncode == 0, ran.stderr
            is_comment((world.folder / "letterform-out/comment.md").read_text(encoding="utf-8"), "2 to create")
            assert run("merge", LETTERFORM_PATHS="letters", LETTERFORM_REVIEWED="letterform-out/none").returncode == 1
            assert "2 created" in run("merge", LETTERFORM_PATHS="letters").stdout
            assert run("nightly", LETTERFORM_PATHS="letters").returncode == 0
            assert run("nightly", LETTERFORM_PATHS="letters", LETTERFORM_EXPIRING="3000").returncode == 4


def accounts_of_a_matrix():
    with World() as world:
        accounts = "".join(f"  - {{name: {name}, endpoint: '{world.endpoint}', letters: {name}}}\n" for name in ("shop", "茶业"))
        (world.folder / "letterform.yaml").write_text(f"version: 1\naccounts:\n{accounts}", encoding="utf-8")
        for name in ("shop", "茶业"):
            shutil.copytree(world.folder / "letters", world.folder / name)
        shutil.rmtree(world.folder / "letters")
        statuses, printed = world.workflow("accounts", "pull_request")
        assert statuses == {"accounts": 0, "plan": 0}, printed
        assert len(Forge.entries) == 2, "a comment for each"
        for entry, name in zip(Forge.entries, ("shop", "茶业")):
            is_comment(entry["body"], f"<!-- letterform account={name} -->", "2 to create")
        # What fails takes the place of the account's own comment.
        (world.folder / "shop/letters.yaml").write_text("version: 2\n")
        assert world.workflow("accounts", "pull_request")[0]["plan"] == 1
        assert len(Forge.entries) == 2 and "not valid" in Forge.entries[0]["body"]


def pre_commit():
    with World() as world:
        git = "git -c user.name=a -c user.email=a@example.com"
        assert world.sh(f"{git} init -q . && {git} add letters").returncode == 0
        # The hooks are those of this repository, as somebody's configuration would name them.
        hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        local = [hook for hook in hooks if hook["language"] == "system"]
        (world.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": local}]}))
        good = world.sh("pre-commit run --all-files")
        assert good.returncode == 0 and "Passed" in good.stdout, good.stdout + good.stderr
        assert world.sh(f"{git} commit -qm letters").returncode == 0
        # One more file, with a name that another one has: it alone is changed.
        shutil.copytree(world.folder / "letters", world.folder / "more")
        bad = world.sh("git add more && pre-commit run")
        assert bad.returncode == 1 and "LF-name-duplicate" in bad.stdout, bad.stdout
        assert world.sh(f"{git} rm -rqf --cached more").returncode == 0
        # A draft that nobody has added, with the same names, is in nobody's way.
        (world.folder / "letters/Other.PNG").write_bytes((world.folder / "letters/scan.png").read_bytes())
        good = world.sh("git add letters/Other.PNG && pre-commit run")
        assert good.returncode == 0 and "Passed" in good.stdout, good.stdout + good.stderr
        shutil.rmtree(world.folder / "more")
        # The scan of a letter is there, and will not be in the commit.
        assert world.sh(f"{git} rm -q --cached letters/scan.png && echo scan.png >.gitignore").returncode == 0
        bad = world.sh("git add letters/letters.yaml .gitignore && pre-commit run --all-files")
        assert bad.returncode == 1 and "LF-scan-missing" in bad.stdout and "--force" in bad.stdout, bad.stdout + bad.stderr
        assert world.sh("git add --force letters/scan.png && pre-commit run --all-files").returncode == 0
        world.letters(["甲-委托"] * 2)
        bad = world.sh("git add -A letters && pre-commit run")
        assert bad.returncode == 1 and "LF-name-duplicate" in bad.stdout, bad.stdout


def is_chosen(check):
    """Whether a part of its name was given; all are chosen without any."""
    return not sys.argv[3:] or any(part in check.__name__ for part in sys.argv[3:])


CHECKS = [
    pull_request_and_merge, what_is_wrong_fails_the_run_at_its_place_and_says_so_in_the_comment, a_plan_that_fails_says_why,
    without_the_right_to_comment_the_run_goes_on, comments_of_others_are_left_alone,
    no_value_of_the_service_is_taken_for_markup, the_longest_comment_is_posted, what_the_forge_refuses_with_is_shown,
    letters_of_a_pull_request_and_their_merge, letters_from_a_fork, a_merge_without_review_creates_nothing, nights, many_letters_that_end_fit_into_the_issue,
    signatures_at_night, gitlab,
    a_cancelled_job_begins_nothing_new_and_leaves_its_report, any_other_runner, accounts_of_a_matrix, pre_commit,
]
failed = 0
CHECKS = [check for check in CHECKS if is_chosen(check)]
for check in CHECKS:
    name = check.__name__.replace("_", " ")
    try:
        check()
        print(f"ok      {name}")
    except Exception as error:  # every check is tried
        failed += 1
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        print(f"FAILED  {name}\n        line {line}: {type(error).__name__}: {error}")
print(f"{len(CHECKS) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
