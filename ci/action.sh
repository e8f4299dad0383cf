#!/bin/sh
# The main step of action.yml: runs the job, and writes the outputs. Whether it failed is said by the last step, after the comment.
set -eu
status=0
"$ACTION/ci/letterform-ci.sh" "$MODE" || status=$?
count() { # count ACTION: from the plan, when there is one
    jq -r --arg action "$1" '.summary[$action]' "$LETTERFORM_OUT/plan.json" 2>/dev/null || true
}
{
    echo "status=$status"
    echo "create=$(count create)"
    echo "conflict=$(count conflict)"
    echo "folder=$LETTERFORM_OUT"
} >>"$GITHUB_OUTPUT"
