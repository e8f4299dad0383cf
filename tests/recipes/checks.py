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
import subprocess
import sys
import tempfile
import threading

import cmarkgfm
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

    def do_GET(self):
        if self.path.endswith("/user"):
            return self.answer({"username": "letterform-bot"})
        return self.answer(self.entries if "page=1" in self.path else [])

    def do_POST(self):
        entry = self.body() | {"id": len(self.entries) + 7, "number": len(self.entries) + 7}
        entry |= {"user": {"login": "github-actions[bot]"}, "author": {"username": "letterform-bot"}}
        self.entries.append(entry)
        self.answer(entry, 201)

    def do_PATCH(self):
        number = int(self.path.rsplit("/", 1)[1])
        entry = next(entry for entry in self.entries if entry["id"] == number)
        entry.update(self.body())
        self.answer(entry)

    do_PUT = do_PATCH

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, value, status=200):
        assert "Bearer t0ken" in str(self.headers) or "PRIVATE-TOKEN: t0ken" in str(self.headers)
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

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        (self.folder / "letters").mkdir()
        shutil.copy(ROOT / "examples/quickstart/scans/tea.png", self.folder / "letters/scan.png")
        self.letters(["甲委托", "乙委托"])
        (self.folder / "bin").mkdir()
        (self.folder / "bin/letterform").symlink_to(PROGRAM)
        command = [PROGRAM, "emulator", "--listen", "127.0.0.1:0", "--state", ":memory:"]
        environment = {"PATH": os.environ["PATH"], "LETTERFORM_NOW": NOW}
        self.emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        self.endpoint = re.search(r"http://\S+", self.emulator.stdout.readline())[0]
        Forge.entries, Forge.log = [], []
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

    def sh(self, script, **more):
        return subprocess.run(
            ["sh", "-e", "-c", script], cwd=self.folder, env=self.environment(**more), capture_output=True, text=True,
            check=False,
        )

    def action(self, **inputs):
        """Runs action.yml as GitHub does: expressions are filled in, and each step gets its environment."""
        action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        known = {name: str(given.get("default", "")) for name, given in action["inputs"].items()}
        assert set(inputs) <= set(known), inputs
        given = known | {"endpoint": self.endpoint, "paths": "letters", "token": "t0ken"} | inputs
        (self.folder / "temp").mkdir(exist_ok=True)
        steps = {}

        def value(expression):
            expression = expression.strip()
            if expression.startswith("inputs."):
                return given[expression.removeprefix("inputs.")]
            if match := re.fullmatch(r"steps\.(\w+)\.outputs\.(\w+)", expression):
                return steps[match[1]].get(match[2], "")
            return {
                "github.action_path": str(ROOT), "runner.temp": str(self.folder / "temp"),
                "github.event.pull_request.number": "12", "github.token": "t0ken",
            }[expression]

        def filled(text):
            return re.sub(r"\$\{\{(.*?)\}\}", lambda match: value(match[1]), str(text))

        status, printed = 0, ""
        for step in action["runs"]["steps"]:
            assert "${{" not in step["run"], "inputs must not become a part of a script"
            if step.get("if") == "inputs.comment == 'true'" and given["comment"] != "true":
                continue
            output, summary = self.folder / "output", self.folder / "summary.md"
            output.write_text("")
            more = {name: filled(text) for name, text in step.get("env", {}).items()}
            more |= {
                "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.api, "GITHUB_REPOSITORY": "example/letters",
            }
            run = self.sh(step["run"], **more)
            printed += run.stdout + run.stderr
            steps[step.get("id", "")] = dict(line.split("=", 1) for line in output.read_text().splitlines())
            if run.returncode:
                status = run.returncode
                break
        outputs = {name: filled(output["value"]) for name, output in action["outputs"].items()}
        return status, outputs, printed


def is_comment(text, *parts):
    assert text.startswith("<!-- letterform"), text
    for part in parts:
        assert part in text, f"{part} is not in {text}"
    # What the forge makes of it.
    return cmarkgfm.github_flavored_markdown_to_html(text)


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


def what_is_wrong_fails_the_run_at_its_place():
    with World() as world:
        world.letters(["甲-委托"])
        status, outputs, printed = world.action(mode="pr")
        assert status == 1 and "::error" in printed and "LF-name-character" in printed, printed
        assert Forge.entries == []


def nights():
    with World() as world:
        assert world.action(mode="merge")[0] == 0
        assert world.action(mode="nightly")[0] == 0
        assert Forge.entries == []
        world.letters(["甲委托"], until="2027-12-31")
        status, outputs, printed = world.action(mode="nightly")
        assert (status, outputs["status"]) == (3, "3"), printed
        assert Forge.entries[0]["title"].startswith("letterform needs attention")
        is_comment(Forge.entries[0]["body"], "1 in conflict", "<details>")
        world.action(mode="nightly")
        assert len(Forge.entries) == 1 and Forge.log[-1].startswith("PATCH")
        world.letters(["甲委托", "乙委托"])
        assert world.action(mode="nightly", **{"expiring-days": "3000"})[0] == 4


def gitlab():
    template = yaml.safe_load((ROOT / "examples/ci/gitlab/letterform.gitlab-ci.yml").read_text(encoding="utf-8"))
    with World() as world:
        shutil.copytree(ROOT / "ci", world.folder / "ci")

        def job(name):
            out = world.folder / "letterform-out"
            more = {"CI_API_V4_URL": world.api, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "3", "GITLAB_TOKEN": "t0ken"}
            more |= {"LETTERFORM_PATHS": template[".letterform"]["variables"]["LETTERFORM_PATHS"]}
            return world.sh("\n".join(template[name]["script"]), LETTERFORM_OUT=str(out), LETTERFORM_ENDPOINT=world.endpoint, **more)

        for expected in ("POST /projects/5/merge_requests/3/notes", "PUT /projects/5/merge_requests/3/notes/7"):
            run = job("letterform-plan")
            assert run.returncode == 0, run.stderr
            assert Forge.log[-1] == expected, Forge.log
        assert len(Forge.entries) == 1
        assert "2 created" in job("letterform-apply").stdout
        assert job("letterform-nightly").returncode == 0


def any_other_runner():
    with World() as world:
        script = ROOT / "ci/letterform-ci.sh"
        run = world.sh(f'"{script}" pr', LETTERFORM_ENDPOINT=world.endpoint, LETTERFORM_PATHS="letters; touch owned\n$(touch owned)")
        assert run.returncode == 1 and not (world.folder / "owned").exists(), "a path is a path"
        run = world.sh(f'"{script}" pr', LETTERFORM_ENDPOINT=world.endpoint, LETTERFORM_PATHS="letters")
        assert run.returncode == 0, run.stderr
        is_comment((world.folder / "letterform-out/comment.md").read_text(encoding="utf-8"), "2 to create")


def accounts_of_a_matrix():
    with World() as world:
        (world.folder / "letterform.yaml").write_text(
            f"version: 1\naccounts:\n  - {{name: shop, endpoint: '{world.endpoint}', letters: letters}}\n"
        )
        matrix = json.loads(world.sh("letterform accounts --format json").stdout)
        for entry in matrix["include"]:
            status, outputs, printed = world.action(mode="pr", account=entry["account"], paths="", endpoint="")
            assert (status, outputs["create"]) == (0, "2"), printed
        is_comment(Forge.entries[0]["body"], "<!-- letterform account=shop -->")


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
        world.letters(["甲-委托"])
        bad = world.sh("git add letters && pre-commit run --all-files")
        assert bad.returncode == 1 and "LF-name-character" in bad.stdout, bad.stdout


CHECKS = [
    pull_request_and_merge, what_is_wrong_fails_the_run_at_its_place, nights, gitlab, any_other_runner,
    accounts_of_a_matrix, pre_commit,
]
failed = 0
for check in CHECKS:
    name = check.__name__.replace("_", " ")
    try:
        check()
        print(f"ok      {name}")
    except Exception as error:  # every check is tried
        failed += 1
        print(f"FAILED  {name}\n        {type(error).__name__}: {error}")
print(f"{len(CHECKS) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
