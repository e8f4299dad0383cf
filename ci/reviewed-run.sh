#!/bin/sh
# The run of a workflow that planned the pull request which was merged as GITHUB_SHA: writes `run=ID` for the next steps.
#
# usage: reviewed-run.sh WORKFLOW-FILE, such as letters.yml
#
# GITHUB_TOKEN (actions and pull-requests, to be read), GITHUB_REPOSITORY, GITHUB_SHA, GITHUB_OUTPUT. It needs curl and jq.
set -eu
workflow=${1:?usage: reviewed-run.sh WORKFLOW-FILE}
api=${GITHUB_API_URL:-https://api.github.com}/repos/${GITHUB_REPOSITORY:?}

get() { # get URL
    answer=$(printf 'header = "Authorization: Bearer %s"\n' "${GITHUB_TOKEN:?}" |
        curl --silent --show-error --fail-with-body --max-time 60 --retry 3 --config - \
            --header 'Accept: application/vnd.github+json' --url "$1") || {
        echo "GitHub says: $(printf '%s' "$answer" | jq -r .message 2>/dev/null | tr -d '\r\n' | head -c 1000)" >&2
        return 1
    }
    printf '%s' "$answer"
}

head=$(get "$api/commits/${GITHUB_SHA:?}/pulls" | jq -r '[.[] | select(.merged_at)][0].head.sha // empty')
if [ -z "$head" ]; then
    echo "$GITHUB_SHA was not merged by a pull request, so nobody has reviewed a plan of it" >&2
    exit 1
fi
run=$(get "$api/actions/workflows/$workflow/runs?event=pull_request&head_sha=$head&status=success&per_page=1" |
    jq -r '.workflow_runs[0].id // empty')
if [ -z "$run" ]; then
    echo "no run of $workflow has planned $head" >&2
    exit 1
fi
echo "run=$run" >>"${GITHUB_OUTPUT:?}"
