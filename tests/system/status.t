#!/bin/bash
# Status lists as anybody gets them, and credentials and badges judged by them without a network.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
stage_start
stage_person 'Ada Sample'

get() { # PATH [curl's arguments]: body in $stage/body, headers in $headers
	local path=$1
	shift
	: >"$stage/body"
	status=$(curl -s --max-time 20 --cacert "$ca" -o "$stage/body" -D "$stage/headers" -w '%{http_code}' "$@" "$url$path")
	headers=$(tr -d '\r' <"$stage/headers")
}
member() { # NAME of the JSON object in the file: its text, with escapes undone
	node -e 'const [, file, name] = process.argv; console.log(name.split("/").reduce((at, key) => at[key], JSON.parse(require("fs").readFileSync(file))))' "$@"
}
judge() { # FILE OPTIONS: exit status and what was said
	said=$("$assay" verify --json "$@")
	judged=$?
}

node -e 'console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(process.argv[1])).credential))' "$stage/check.out" >"$stage/training.json"
issuer=$(member "$stage/training.json" issuer/id)
address=$(member "$stage/training.json" credentialStatus/0/statusListCredential)
path=${address#https://hospital.example}
path=${path%/*}
like "$path" '^/status/[0-9a-f]{32}$' 'a credential names its status list'

# ---- as it is handed out ----
get "$path"
is "$status" 200 'anybody gets the list'
like "$headers" '^Content-Type: application/statuslist\+cwt$' 'as a token'
like "$headers" '^Cache-Control: public, max-age=60$' 'that may be kept for a minute'
tag=$(sed -n 's/^[Ee][Tt]ag: //p' <<<"$headers")
cp "$stage/body" "$stage/list"
get "$path" -H "If-None-Match: $tag"
is "$status $(stat -c %s "$stage/body")" '304 0' 'one that is known is not sent again'
like "$headers" "^[Ee][Tt]ag: $tag\$" 'and keeps its tag'
for purpose in revocation suspension; do
	get "$path/$purpose"
	is "$status" 200 "the bitstring of $purpose"
	like "$headers" '^Content-Type: application/vc$' 'is a credential'
	cp "$stage/body" "$stage/$purpose"
	bits=$(node -e 'const list = JSON.parse(require("fs").readFileSync(process.argv[1])).credentialSubject.encodedList;
		console.log(require("zlib").gunzipSync(Buffer.from(list.slice(1), "base64url")).length * 8)' "$stage/body")
	is "$bits" 131072 'of as many entries as hide one'
	is "$(member "$stage/body" issuer)" "$issuer" 'by the key of the credentials'
	is "$(member "$stage/body" id)" "https://hospital.example$path/$purpose" 'under the address they name'
done
get "/status/$(printf '%032d' 7)"
is "$status" 404 'no list of another number'
bad=
for wrong in /status/ /status/x "$path/other" "$path/revocation/" "$path/.." "${path}0"; do
	get "$wrong" --path-as-is
	[ "$status" = 404 ] || bad+=" $wrong=$status"
done
is "$bad" '' 'nor behind other addresses'

# ---- judged by it ----
judge "$stage/training.json" --issuer "$issuer" --status "$stage/list"
is "$judged" 0 'a credential of that issuer that is valid is genuine'
like "$said" '"status_as_of":"20' 'with the age of what is known'
judge "$stage/badge.txt" --issuer "$issuer" --status "$stage/list"
is "$judged" 0 'so is a badge'
judge "$stage/training.json" --status "$stage/list"
is "$judged" 2 'without the key of its issuer it cannot be told'
judge "$stage/training.json" --issuer "$issuer"
is "$judged" 2 'nor without its status list'
judge "$stage/training.json" --issuer "$issuer" --status "$stage/revocation"
is "$judged" 2 'nor by the list of one purpose alone'
like "$said" 'not revoked' 'which says what it says'
judge "$stage/training.json" --issuer did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK --status "$stage/list"
is "$judged" 1 "with another's key it is not genuine"
sed 's/information_governance/manual_handling/' "$stage/training.json" >"$stage/forged.json"
judge "$stage/forged.json" --issuer "$issuer" --status "$stage/list"
is "$judged" 1 'a credential that was changed is not'
head -c 300 "$stage/list" | tr 'a' 'b' >"$stage/broken"
judge "$stage/training.json" --issuer "$issuer" --status "$stage/broken"
is "$judged" 2 'with a list that is damaged it cannot be told'

# ---- bad news ----
as hospital status --commitment "$(member "$stage/check.out" commitment)" --status suspended --reason source_changed >/dev/null ||
	bail_out 'not suspended'
for _ in $(seq 200); do
	get "$path" -H "If-None-Match: $tag"
	[ "$status" = 304 ] || break
	sleep 0.1
done
is "$status" 200 'after a suspension the list is another one'
cp "$stage/body" "$stage/list"
judge "$stage/training.json" --issuer "$issuer" --status "$stage/list"
is "$judged" 1 'by which the credential is not valid'
like "$said" 'suspended' 'and why is told'
judge "$stage/badge.txt" --issuer "$issuer" --status "$stage/list"
is "$judged" 0 'the badge still is'
for _ in $(seq 200); do
	get "$path/suspension"
	cmp -s "$stage/body" "$stage/suspension" || break
	sleep 0.1
done
judge "$stage/training.json" --issuer "$issuer" --status "$stage/body"
is "$judged" 1 'the bitstring of suspensions says the same'
tests_done
