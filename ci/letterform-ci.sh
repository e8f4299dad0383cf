#!/bin/sh
# The jobs of a CI system: what a pull request would do, what a merge does, and what the night finds.
#
# usage: letterform-ci.sh validate|pr|merge|nightly [as-step]
#
# With as-step it is the step of a GitHub action: it writes the step's outputs, of which the exit status is one, and exits with 0.
#
# All else is in variables, so that nothing that a pull request can name becomes a part of a command:
#   LETTERFORM            the program (letterform)
#   LETTERFORM_PATHS      files and folders, one a line; none: the workspace file, or the current folder
#   LETTERFORM_ACCOUNT    one account of the workspace file
#   LETTERFORM_ENDPOINT, LETTERFORM_REGION
#   LETTERFORM_DENY       rules whose warnings are errors, one a line, or `warnings`
#   LETTERFORM_EXPIRING   how many days ahead the night looks (60)
#   LETTERFORM_SIGNATURES `true`: the night also looks for signatures that were refused or can't be used
#   LETTERFORM_REVIEWED   with merge: the plan.json of the pull request; nothing is created that it has not
#   LETTERFORM_OUT        the folder for what is written (letterform-out)
#
# It writes to LETTERFORM_OUT: comment.md, what is to be posted, also when something fails; plan.json; with merge, journal.jsonl.
# The exit status is that of the program: 0 done, 1 an error, 3 a conflict; with nightly, 4 when a letter ends soon,
# 5 when a signature was refused or can't be used. Of several, the first counts in the order 1, 3, 5, 4.
# A job that is cancelled begins nothing new, finishes what is under way, and leaves the report of it.
set -eu

usage="usage: letterform-ci.sh validate|pr|merge|nightly [as-step]"
mode=${1:?$usage}
as_step=${2:-}
letterform=${LETTERFORM:-letterform}
out=${LETTERFORM_OUT:-letterform-out}
account=${LETTERFORM_ACCOUNT:-}
mkdir -p "$out"
# What an earlier run left must not be taken for this one's.
rm -f "$out/comment.md" "$out/plan.json" "$out/expiring.md" "$out/signatures.md" "$out/problem.txt"

count() { # count ACTION: from the plan, when there is one
    jq -r --arg action "$1" '.summary[$action]' "$out/plan.json" 2>/dev/null || true
}

finish() { # finish STATUS: tells GitHub what came of the step
    rm -rf "$told"
    if [ "$as_step" != as-step ]; then exit "$1"; fi
    {
        echo "status=$1"
        echo "create=$(count create)"
        echo "conflict=$(count conflict)"
        echo "folder=$out"
    } >>"$GITHUB_OUTPUT"
    exit 0
}
told=$(mktemp -d)
trap 'finish "$?"' EXIT

# Signals go on to the program, in another kind than they came: what a runner sends to all processes at once reaches the program twice
# then, and two kinds at once are one to it. A second one later makes it end at once.
running=
stopped=
stop() { # stop SIGNAL STATUS
    stopped=$2
    if [ -z "$running" ]; then exit "$2"; fi
    kill -s "$1" "$running" 2>/dev/null || true
}
trap 'stop TERM 130' INT
trap 'stop INT 143' TERM
trap 'stop TERM 129' HUP

await() { # await PROCESS: its exit status, however many signals come meanwhile
    running=$1
    while :; do
        before=$stopped
        stopped=
        ended=0
        wait "$running" || ended=$?
        if [ -z "$stopped" ]; then break; fi
    done
    stopped=$before
    running=
    return "$ended"
}

# The options of this run become the positional parameters: the only list that sh has, and safe with any character.
set --
if [ -n "$account" ]; then set -- "$@" "--account=$account"; fi
while IFS= read -r path; do
    case $path in
    '') ;;
    /*) set -- "$@" "$path" ;;
    *) set -- "$@" "./${path#./}" ;;
    esac
done <<PATHS
${LETTERFORM_PATHS:-}
PATHS
while IFS= read -r rule; do
    if [ -n "$rule" ]; then set -- "$@" "--deny=$rule"; fi
done <<RULES
${LETTERFORM_DENY:-}
RULES

format=text
if [ -n "${GITHUB_ACTIONS:-}" ]; then format=github; fi

service() { # service COMMAND OPTION…: starts a command that asks the service, beside this script
    command=$1
    shift
    if [ -n "${LETTERFORM_ENDPOINT:-}" ]; then set -- "$@" "--endpoint=$LETTERFORM_ENDPOINT"; fi
    if [ -n "${LETTERFORM_REGION:-}" ]; then set -- "$@" "--region=$LETTERFORM_REGION"; fi
    "$letterform" "$command" "$@" &
}

asked() { # asked FILE COMMAND OPTION…: the same, with what is printed in FILE, and what is told in problem.txt and at once in the log
    file=$1
    shift
    mkfifo "$told/fifo"
    # It ends when the program has told everything, and not before.
    (
        trap '' INT TERM HUP
        exec tee "$out/problem.txt" <"$told/fifo" >&2
    ) &
    teller=$!
    service "$@" >"$file" 2>"$told/fifo"
    answered=0
    await $! || answered=$?
    wait "$teller" || true
    rm "$told/fifo"
    return "$answered"
}

quoted() { # quoted FILE BYTES: a text as markdown, whatever is in it; long ones are cut
    head -n 300 "$1" | cut -c 1-500 | head -c "$2" | sed 's/^/    /'
    echo
}

problem() { # problem HEADLINE: a comment that says why there is no plan, from problem.txt
    {
        marker=letterform
        if [ -n "$account" ]; then marker="letterform account=$(printf '%s' "$account" | tr -d '<>\n')"; fi
        printf '<!-- %s -->\n## letterform: %s\n\n' "$marker" "$1"
        quoted "$out/problem.txt" 40000
    } >"$out/comment.md"
    # A plan or report that is made is told there by the program.
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$out/comment.md" >>"$GITHUB_STEP_SUMMARY"; fi
}

validate() { # validate OPTION…: shows mistakes where the CI system shows them, and writes the comment
    status=0
    "$letterform" validate "--format=$format" "$@" &
    await $! || status=$?
    if [ "$status" = 0 ] || [ -n "$stopped" ]; then return "$status"; fi
    "$letterform" validate --color=never "$@" >"$out/problem.txt" 2>&1 || true
    problem "the declarations are not valid"
    return "$status"
}

plan() { # plan OPTION…: writes plan.json and the comment
    status=0
    asked "$out/plan.md" plan "$@" "--out=$out/plan.json" --format=markdown || status=$?
    if [ -s "$out/plan.md" ]; then
        # Of several accounts, one may have failed: the comment says so itself.
        mv "$out/plan.md" "$out/comment.md"
    else
        rm -f "$out/plan.md"
        problem "there is no plan"
    fi
    return "$status"
}

# What a plan creates, of one account or of several, without the lines, which move as files grow.
# shellcheck disable=SC2016 # these are variables of jq
created='[(.accounts // [{account: .account, plan: .}])[] | .account as $account | .plan.letters[]?
    | select(.action == "create") | {account: $account, name, desired}]'

reviewed() { # reviewed FILE: whether all that is to be created is in the plan of the pull request, as it is there
    if ! [ -s "$1" ]; then
        echo "there is no plan of the review at $1" >"$out/problem.txt"
    elif ! jq -n --slurpfile reviewed "$1" --slurpfile new "$out/plan.json" \
        "(\$new[0] | $created) - (\$reviewed[0] | $created) | .[] | \"not in the plan that was reviewed: \\(.name)\"" \
        -r >"$out/problem.txt" 2>&1; then
        echo "the plan of the review can't be read" >>"$out/problem.txt"
    fi
    if ! [ -s "$out/problem.txt" ]; then return 0; fi
    echo "to create what another pull request brought, run the job of its merge again; else open a new pull request" >>"$out/problem.txt"
    cat "$out/problem.txt" >&2
    problem "this is not what was reviewed, and nothing was created"
    return 1
}

ending() { # ending DAYS LIMIT OPTION…: adds the letters that end soon to the comment; 4 when there are some
    days=$1
    limit=$2
    shift 2
    listed=0
    asked "$out/expiring.md" list "$@" "--expiring=${days}d" --sort=expiry --format=markdown "--comment-limit=$limit" || listed=$?
    # Without a table nothing ends.
    if grep -q '^|' "$out/expiring.md"; then
        printf '\n' | cat - "$out/expiring.md" >>"$out/comment.md"
        if [ "$listed" = 0 ]; then listed=4; fi
    fi
    return "$listed"
}

signatures() { # signatures LIMIT OPTION…: adds what became of signatures to the comment; 5 when one was refused or can't be used
    limit=$1
    shift
    seen=0
    asked "$out/signatures.md" status "$@" --detailed-exitcode --format=markdown "--comment-limit=$limit" || seen=$?
    if [ -s "$out/signatures.md" ]; then
        # The mark of the comment stands at its beginning already.
        sed -e 1d -e '2s/^## letterform/## Signatures/' "$out/signatures.md" >"$told/signatures.md"
    else
        {
            printf '## Signatures: not known\n\n'
            quoted "$out/problem.txt" "$((limit / 2))"
        } >"$told/signatures.md"
    fi
    printf '\n' | cat - "$told/signatures.md" >>"$out/comment.md"
    case $seen in
    2) return 0 ;; # A review that is under way is nothing to act on.
    3) return 5 ;;
    *) return "$seen" ;;
    esac
}

case $mode in
validate)
    validate "$@"
    ;;
pr)
    validate "$@"
    plan "$@"
    ;;
merge)
    # A new plan of what was merged, as the account may have changed since the review, and as a file that a pull request's job made
    # could hold anything. Then nothing but that plan is applied.
    plan "$@"
    if [ -n "${LETTERFORM_REVIEWED:-}" ]; then reviewed "$LETTERFORM_REVIEWED"; fi
    set --
    if [ -n "$account" ]; then set -- "--account=$account"; fi
    status=0
    asked "$out/report.md" apply "$@" "--plan=$out/plan.json" --auto-approve "--journal=$out/journal.jsonl" \
        --format=markdown || status=$?
    if [ -s "$out/report.md" ]; then mv "$out/report.md" "$out/comment.md"; else problem "nothing was applied"; fi
    rm -f "$out/report.md"
    cat "$out/comment.md"
    exit "$status"
    ;;
nightly)
    days=${LETTERFORM_EXPIRING:-60}
    # An issue has room for 65,536 characters, which the parts share.
    case ${LETTERFORM_SIGNATURES:-false} in
    true) for_plan=35000 for_ending=14000 for_signatures=16000 ;;
    false) for_plan=45000 for_ending=20000 for_signatures= ;;
    *)
        echo "LETTERFORM_SIGNATURES is neither true nor false" >&2
        exit 1
        ;;
    esac
    status=0
    plan "$@" --detailed-exitcode "--expiring-days=$days" "--comment-limit=$for_plan" || status=$?
    # Status 2 says that something is to be created: that is the business of a merge.
    if [ "$status" = 2 ]; then status=0; fi
    if [ "$status" = 0 ] || [ "$status" = 3 ]; then
        soon=0
        ending "$days" "$for_ending" "$@" || soon=$?
        used=0
        if [ -n "$for_signatures" ]; then signatures "$for_signatures" "$@" || used=$?; fi
        # What weighs most counts: an error, then a conflict, a signature, a letter that ends.
        for found in "$used" "$soon"; do
            case $found in
            0) ;;
            4 | 5) if [ "$status" = 0 ]; then status=$found; fi ;;
            *) status=$found ;;
            esac
        done
    fi
    cat "$out/comment.md"
    exit "$status"
    ;;
*)
    echo "$usage" >&2
    exit 1
    ;;
esac
