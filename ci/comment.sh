#!/bin/sh
# Posts a comment, or updates the one that an earlier run posted. It is known by its first line and by its author.
#
# usage: comment.sh github-pr|github-issue|github-issue-close|gitlab FILE
#
# github-pr           GITHUB_TOKEN, GITHUB_REPOSITORY, PR_NUMBER; COMMENT_AUTHOR (github-actions[bot])
# github-issue        the same without PR_NUMBER: an open issue with the title of ISSUE_TITLE, made when there is none
# github-issue-close  the same: that issue, if there is one, gets the text and is closed
# gitlab              GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID
#
# It needs curl and jq. The token is given to curl on standard input, so that no list of processes shows it.
set -eu

usage="usage: comment.sh github-pr|github-issue|github-issue-close|gitlab FILE"
forge=${1:?$usage}
file=${2:?$usage}
marker=$(head -n 1 "$file")
case $marker in
'<!-- letterform'*) ;;
*)
    echo "$file was not written by letterform --format markdown" >&2
    exit 1
    ;;
esac

# A comment is longer than an argument may be.
body=$(mktemp)
answer=$(mktemp)
trap 'rm -f "$body" "$answer"' EXIT

refused() { # refused STATUS: what the forge says, in one line, as a runner would obey the beginning of another
    words=$(jq -r '[.message // .error // ., (.errors[]? | .message? // .code? // .)] | map(tostring) | join("; ")' \
        "$answer" 2>/dev/null || head -c 300 "$answer")
    printf '%s answered %s: %s\n' "$forge" "$1" "$(printf '%s' "$words" | tr -d '\000-\011\013-\037' | tr '\n' ' ' | head -c 1000)" >&2
    return 1
}

request() { # request METHOD URL [BODY-FILE]: the answer's body, or a failure
    method=$1
    url=$2
    sent=${3:-}
    set -- --silent --show-error --output "$answer" --write-out '%{http_code}' --max-time 60 --config - --request "$method" --url "$url" \
        --header "$accept" --header 'Content-Type: application/json'
    # What was posted and not answered may be there: only what can be done twice is tried again.
    if [ "$method" != POST ]; then set -- "$@" --retry 3; fi
    if [ -n "$sent" ]; then set -- "$@" --data-binary "@$sent"; fi
    : >"$answer"
    code=$(printf 'header = "%s"\n' "$authorization" | curl "$@") || return 1
    case $code in
    2??) cat "$answer" ;;
    *) refused "$code" ;;
    esac
}

find_ours() { # find_ours URL FILTER: the id of the first entry of all pages that FILTER picks
    page=1
    while :; do
        entries=$(request GET "$1per_page=100&page=$page")
        id=$(printf '%s' "$entries" | jq -r --arg marker "$marker" --arg author "$author" --arg title "${ISSUE_TITLE:-}" \
            "[.[] | select($2)][0] | (.id // empty), (.iid // .number // empty)" | tr '\n' ' ')
        if [ -n "$id" ] || [ "$(printf '%s' "$entries" | jq length)" -lt 100 ]; then break; fi
        page=$((page + 1))
    done
    printf '%s' "$id"
}

jq -Rs '{body: .}' <"$file" >"$body"
case $forge in
github-pr | github-issue | github-issue-close)
    api=${GITHUB_API_URL:-https://api.github.com}/repos/${GITHUB_REPOSITORY:?}/issues
    author=${COMMENT_AUTHOR:-github-actions[bot]}
    accept='Accept: application/vnd.github+json'
    authorization="Authorization: Bearer ${GITHUB_TOKEN:?}"
    ;;
gitlab)
    api=${CI_API_V4_URL:?}/projects/${CI_PROJECT_ID:?}/merge_requests/${CI_MERGE_REQUEST_IID:?}/notes
    accept='Accept: application/json'
    authorization="PRIVATE-TOKEN: ${GITLAB_TOKEN:?}"
    author=$(request GET "$CI_API_V4_URL/user" | jq -r .username)
    ;;
*)
    echo "$usage" >&2
    exit 1
    ;;
esac

# shellcheck disable=SC2016 # these are variables of jq
case $forge in
github-pr)
    set -- "$(find_ours "$api/${PR_NUMBER:?}/comments?" '.user.login == $author and (.body | startswith($marker))')"
    if [ -n "$1" ]; then
        request PATCH "$api/comments/${1%% *}" "$body" >/dev/null
        echo "comment updated"
    else
        request POST "$api/$PR_NUMBER/comments" "$body" >/dev/null
        echo "comment posted"
    fi
    ;;
github-issue | github-issue-close)
    set -- "$(find_ours "$api?state=open&" '.user.login == $author and .title == $title')"
    number=$(printf '%s' "$1" | cut -d ' ' -f 2)
    if [ "$forge" = github-issue-close ]; then
        if [ -z "$number" ]; then exit 0; fi
        jq -Rs '{body: ., state: "closed", state_reason: "completed"}' <"$file" >"$body"
        request PATCH "$api/$number" "$body" >/dev/null
        echo "issue closed: nothing needs attention any more"
    elif [ -n "$number" ]; then
        request PATCH "$api/$number" "$body" >/dev/null
        echo "issue updated"
    else
        jq -Rs --arg title "${ISSUE_TITLE:?}" '{title: $title, body: .}' <"$file" >"$body"
        request POST "$api" "$body" >/dev/null
        echo "issue opened"
    fi
    ;;
gitlab)
    set -- "$(find_ours "$api?" '.author.username == $author and (.body | startswith($marker))')"
    if [ -n "$1" ]; then
        request PUT "$api/${1%% *}" "$body" >/dev/null
        echo "note updated"
    else
        request POST "$api" "$body" >/dev/null
        echo "note posted"
    fi
    ;;
esac
