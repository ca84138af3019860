#!/bin/sh
# Starts the emulator, and writes the variables of the emulator to the file that GITHUB_ENV names.
set -eu
dir=$RUNNER_TEMP/lanyard-emulator
mkdir -p "$dir"
: >"$dir/out"
lanyard emulator --auto-approve "$EMULATOR_USER" ${EMULATOR_ORG:+--org "$EMULATOR_ORG"} >"$dir/out" 2>"$dir/err" &
tries=0
until grep -q AWS_EC2_METADATA_DISABLED "$dir/out"; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ]; then
		cat "$dir/err" >&2
		exit 1
	fi
	sleep 0.1
done
url=$(head -n 1 "$dir/out")
lanyard emulator env --url "$url" --dir "$dir/aws" ${EMULATOR_ORG:+--org "$EMULATOR_ORG"} | sed -n 's/^export //p' >>"$GITHUB_ENV"
{
	echo "LANYARD_EMULATOR_URL=$url"
	echo "BROWSER=curl -sSL -o /dev/null %s"
} >>"$GITHUB_ENV"
