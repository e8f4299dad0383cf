#!/bin/sh
# Makes the archive of a release: the program, its licences, completions and manual.
# usage: archive.sh PROGRAM NAME FOLDER
#
# PROGRAM must run on this machine, as it writes its completions and manual itself. FOLDER gets NAME.tar.gz (NAME.zip when
# PROGRAM is an .exe) and the file NAME.….sha256 beside it. The same program gives the same bytes.
set -eu
program=${1:?usage: archive.sh PROGRAM NAME FOLDER}
name=${2:?usage: archive.sh PROGRAM NAME FOLDER}
folder=${3:?usage: archive.sh PROGRAM NAME FOLDER}

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
content=$staging/$name
mkdir -p "$content/completions" "$folder"
cp "$program" "$content/"
cp README.md README.zh-CN.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE "$content/"
"$program" completions bash >"$content/completions/letterform.bash"
"$program" completions zsh >"$content/completions/_letterform"
"$program" completions fish >"$content/completions/letterform.fish"
"$program" completions powershell >"$content/completions/_letterform.ps1"
"$program" completions elvish >"$content/completions/letterform.elv"
"$program" man --out "$content/man/man1"

case $program in
*.exe) file=$name.zip ;;
*) file=$name.tar.gz ;;
esac
python=$(command -v python3 || command -v python)
"$python" "$(dirname "$0")/pack.py" "$staging" "$name" "$folder/$file"
