#!/bin/sh
# The comment step of action.yml. A pull request from a fork has no right to comment: what it would say is in the step's summary.
set -eu
if [ ! -s "$LETTERFORM_OUT/comment.md" ]; then exit 0; fi
case $MODE in
validate | pr)
    if [ -z "${PR_NUMBER:-}" ]; then exit 0; fi
    "$GITHUB_ACTION_PATH/ci/comment.sh" github-pr "$LETTERFORM_OUT/comment.md" ||
        echo "::warning title=letterform::the plan can't be posted here; it is in the summary of this run"
    ;;
nightly)
    case $STATUS in
    0) "$GITHUB_ACTION_PATH/ci/comment.sh" github-issue-close "$LETTERFORM_OUT/comment.md" ;;
    *) "$GITHUB_ACTION_PATH/ci/comment.sh" github-issue "$LETTERFORM_OUT/comment.md" ;;
    esac
    ;;
esac
