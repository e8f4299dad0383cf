#!/usr/bin/env bash
# Completes with real shells.
# usage: completions.sh PROGRAM
set -euo pipefail
program="$(realpath "${1:?usage: completions.sh PROGRAM}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
for shell in bash zsh fish powershell elvish; do
    "$program" completions "$shell" >"$work/$shell"
    if ! grep -q detailed-exitcode "$work/$shell"; then
        echo "the completions for $shell know no --detailed-exitcode" >&2
        exit 1
    fi
done

expect() { # expect SHELL WHAT GOT WANTED: each word of WANTED is a line of GOT
    for word in $4; do
        if ! grep -qx -- "$word" <<<"$3"; then
            printf '%s: completing %s gave no %s, but:\n%s\n' "$1" "$2" "$word" "$3" >&2
            exit 1
        fi
    done
}

bash_completes() { # bash_completes WORD… WANTED: as bash calls the function when Tab is pressed after the words
    local wanted="${*: -1}"
    set -- "${@:1:$#-1}"
    # shellcheck disable=SC2016 # the inner bash expands it
    got="$(bash --norc -euc '
        source "$0"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        function="$(complete -p letterform | sed "s/.* -F \([^ ]*\) .*/\1/")"
        "$function" letterform "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' "$work/bash" "$@")"
    expect bash "$*" "$got" "$wanted"
}
bash_completes letterform va "validate"
bash_completes letterform "" "validate plan apply man"
bash_completes letterform plan --det "--detailed-exitcode"
bash_completes letterform plan --format "" "text json markdown"
bash_completes letterform validate --format s "sarif"
bash_completes letterform completions "" "bash zsh fish"

fish_completes() { # fish_completes LINE WANTED
    # shellcheck disable=SC2016 # fish expands it
    got="$(fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$work/fish" "$1" | cut -f 1)"
    expect fish "$1" "$got" "$2"
}
fish_completes "letterform va" "validate"
fish_completes "letterform plan --det" "--detailed-exitcode"
fish_completes "letterform plan --format " "text json markdown"

# As zsh loads it from its fpath: a function of the file's name, tied to the command.
mkdir "$work/functions"
cp "$work/zsh" "$work/functions/_letterform"
# shellcheck disable=SC2016 # zsh expands it
got="$(zsh -fc 'fpath=("$1" $fpath); autoload -Uz compinit; compinit -u -d "$1/dump"; print -r -- "$_comps[letterform]"
    autoload +X _letterform && whence -w _letterform' zsh "$work/functions" 2>&1)"
if [ "$got" != "$(printf '_letterform\n_letterform: function')" ]; then
    printf 'zsh does not load its completions:\n%s\n' "$got" >&2
    exit 1
fi
echo "completions: bash and fish complete, zsh loads"
