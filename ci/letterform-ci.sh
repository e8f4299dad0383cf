#!/bin/sh
# The jobs of a CI system: what a pull request would do, what a merge does, and what the night finds.
#
# usage: letterform-ci.sh pr|merge|nightly
#
# All else is in variables, so that nothing that a pull request can name becomes a part of a command:
#   LETTERFORM            the program (letterform)
#   LETTERFORM_PATHS      files and folders, one a line; none: the workspace file, or the current folder
#   LETTERFORM_ACCOUNT    one account of the workspace file
#   LETTERFORM_ENDPOINT, LETTERFORM_REGION
#   LETTERFORM_DENY       rules whose warnings are errors, one a line, or `warnings`
#   LETTERFORM_EXPIRING   how many days ahead the night looks (60)
#   LETTERFORM_OUT        the folder for what is written (letterform-out)
#
# It writes to LETTERFORM_OUT: comment.md, what is to be posted; plan.json; with merge, report.json and journal.jsonl. The exit
# status is that of the program: 0 done, 1 an error, 3 a conflict; with nightly, 4 when a letter ends soon.
set -eu

mode=${1:?usage: letterform-ci.sh pr|merge|nightly}
letterform=${LETTERFORM:-letterform}
out=${LETTERFORM_OUT:-letterform-out}
mkdir -p "$out"

# The options of this run become the positional parameters: the only list that sh has, and safe with any character.
set --
if [ -n "${LETTERFORM_ACCOUNT:-}" ]; then set -- "$@" --account "$LETTERFORM_ACCOUNT"; fi
while IFS= read -r path; do
    if [ -n "$path" ]; then set -- "$@" "./${path#./}"; fi
done <<PATHS
${LETTERFORM_PATHS:-}
PATHS
while IFS= read -r rule; do
    if [ -n "$rule" ]; then set -- "$@" --deny "$rule"; fi
done <<RULES
${LETTERFORM_DENY:-}
RULES

format=text
if [ -n "${GITHUB_ACTIONS:-}" ]; then format=github; fi

service() { # service COMMAND OPTION…: runs a command that asks the service
    command=$1
    shift
    if [ -n "${LETTERFORM_ENDPOINT:-}" ]; then set -- "$@" --endpoint "$LETTERFORM_ENDPOINT"; fi
    if [ -n "${LETTERFORM_REGION:-}" ]; then set -- "$@" --region "$LETTERFORM_REGION"; fi
    "$letterform" "$command" "$@"
}

case $mode in
pr)
    "$letterform" validate --format "$format" "$@"
    service plan "$@" --out "$out/plan.json" --format markdown >"$out/comment.md"
    ;;
merge)
    # Planned anew, as the account may have changed since the review, and then nothing but that plan is applied.
    service plan "$@" --out "$out/plan.json" >/dev/null
    set --
    if [ -n "${LETTERFORM_ACCOUNT:-}" ]; then set -- --account "$LETTERFORM_ACCOUNT"; fi
    status=0
    service apply "$@" --plan "$out/plan.json" --auto-approve --journal "$out/journal.jsonl" --format markdown \
        >"$out/comment.md" || status=$?
    cat "$out/comment.md"
    exit "$status"
    ;;
nightly)
    days=${LETTERFORM_EXPIRING:-60}
    status=0
    service plan "$@" --detailed-exitcode --expiring-days "$days" --format markdown >"$out/comment.md" || status=$?
    # Status 2 says that something is to be created: that is the business of a merge.
    case $status in 0 | 2) status=0 ;; esac
    if [ "$status" = 0 ]; then
        service list "$@" --expiring "${days}d" --format csv >"$out/expiring.csv"
        # One line is the heads.
        if [ "$(wc -l <"$out/expiring.csv")" -gt 1 ]; then status=4; fi
    fi
    cat "$out/comment.md"
    exit "$status"
    ;;
*)
    echo "usage: letterform-ci.sh pr|merge|nightly" >&2
    exit 1
    ;;
esac
