#!/bin/bash
# Requests, documents and pictures made to break the appliance (attack_driver.mjs), and files and
# answers made to fool those who look at them on a terminal.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash

driver=$(mktemp)
finished=no
node tests/system/attack_driver.mjs >"$driver"
while read -r line; do
	case $line in
	'ok '*) ok 0 "${line#*- }" ;;
	'not ok '*) ok 1 "${line#*- }" ;;
	1..*) finished=yes ;;
	*) echo "$line" ;;
	esac
done <"$driver"
rm -f "$driver"
is "$finished" yes 'the driver came to its end'

stage_start
stage_goods

# ---- who looks at it on a terminal ----
quiet() { # TEXT NAME: no control characters but line ends, and UTF-8
	if LC_ALL=C grep -q '[^[:print:][:space:]]' <<<"$1" && ! iconv -f UTF-8 -t UTF-16 <<<"$1" >/dev/null 2>&1; then
		ok 1 "$2"
	elif LC_ALL=C grep -q $'[\001-\010\013-\037\177]\|\xc2[\200-\237]' <<<"$1"; then
		ok 1 "$2"
	else
		ok 0 "$2"
	fi
}
evil=$'\033[2J\033]0;owned\007\x9b31m\xff'
quiet "$("$assay" check --folder "$folder" "$evil" 2>&1)" 'a scan with escape sequences is shown harmlessly'
quiet "$("$assay" check --folder "$folder" "]d201${gtin}10$evil" 2>&1)" 'also inside a lot'
printf '%s' "c2sp.org/tlog-proof@v1
$evil" >"$stage/receipt"
quiet "$("$assay" verify "$stage/receipt" --policy "$folder/policy" 2>&1)" 'a receipt with escape sequences too'
cp "$stage/receipt" "$stage/$evil"
quiet "$("$assay" verify "$stage/$evil" --policy "$folder/policy" 2>&1)" 'and a file name'
printf '{"lot\033[2J\xff":1}' >"$stage/plan"
quiet "$("$assay" init --plan "$stage/plan" --folder "$stage/other" 2>&1)" 'and a plan'
person=$(curl -s --cacert "$ca" -H "Authorization: Bearer $(cat "$folder/tokens/hospital")" \
	-d '{"name":"Test \u202eGnp Person"}' "$url/api/v1/people")
quiet "$("$assay" person --folder "$folder" --as hospital 2>&1)" "and a person's name"

# ---- files are for their owner, also in a folder that others may enter ----
mkdir -m 755 "$stage/open"
"$assay" init --plan deploy/demo/plan.json --folder "$stage/open" >/dev/null
is "$(find "$stage/open" -type f -perm /077)" '' 'nothing that init makes can be read by others'
is "$(find "$folder" -type f -perm /077)" '' 'nor anything that run makes'

# ---- verify: a statement that was named counts ----
as pharmacist supply "$(scan_of A1 A1S01)" --receipt "$stage/good" >/dev/null
"$assay" verify "$stage/good" --policy "$folder/policy" >/dev/null
is $? 0 'a receipt is genuine'
: >"$stage/empty"
"$assay" verify "$stage/good" --policy "$folder/policy" --statement "$stage/empty" >/dev/null 2>&1
is $? 2 'but not with an empty file as its statement'
cp "$stage/good" "$stage/none"
truncate -s 2M "$stage/none"
"$assay" verify "$stage/none" --policy "$folder/policy" >/dev/null
is $? 2 'of a file too large to be read nothing can be told'

tests_done
