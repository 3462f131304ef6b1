#!/bin/bash
# An operator's ordinary days: keys listed, revoked and renewed with the root key elsewhere, the next
# year's pepper.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
stage_start
stage_goods

# Numbers, true and false of JSON on standard input.
value() { # NAME
	grep -oE "\"$1\": ?[a-z0-9.-]+" | head -1 | sed 's/.*: *//'
}
stop() {
	kill "${stage_pids[-1]}" && wait "${stage_pids[-1]}" 2>/dev/null
	unset 'stage_pids[-1]'
}
keys() { "$assay" keys --folder "$folder" "$@"; }
# The full kid of a key of a party: purpose and state.
kid_of() { # PARTY PURPOSE STATE
	keys list --party "$1" --json | grep -oE '\{"kid":"[0-9a-f]+","purpose":"'"$2"'","state":"'"$3"'"' |
		head -1 | cut -d'"' -f4
}

# ---- keys ----

list=$(keys list)
like "$list" '^wholesale.example$' 'the parties served here are listed'
like "$list" '^  [0-9a-f]{16}  box        in_force .* here$' 'keys with purpose, state and whether they are here'
like "$(keys list --party pharmacy)" 'root +in_force' 'a root key is known, and not here'
like "$(keys list --party nobody 2>&1)" 'no appliance key here' 'a party that is not served'

# A station, revoked by the running appliance, with what it said since flagged.
"$assay" station-enrol --folder "$folder" --as warehouse --party pharmacy --out "$stage/bench" >/dev/null
ok $? 'a station is enrolled'
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1
printf '%s\n' "$(scan_of A1 A1S01)" >"$stage/scans"
"$assay" station --enrol "$stage/bench" --file "$stage/scans" --mode supply --json >"$stage/station.out" 2>&1
like "$(cat "$stage/station.out")" 'supplied|recorded' 'it supplies a pack'
kid=$(kid_of pharmacy station in_force)
out=$(keys revoke "$kid" --party pharmacy --reason compromised --compromised-since "$since" --as warehouse --json)
is "$(value flagged <<<"$out")" true 'revoking it flags what it said since'
is "$(kid_of pharmacy station revoked)" "$kid" 'it is revoked'
like "$(as authority alerts)" '"key_compromised"' 'there is an alert of it'
for who in authority pharmacist; do
	like "$(as $who trace "$(scan_of A1 A1S01)")" '"flag": ?"key_compromised"' "and a flag in the trace: $who"
done
like "$(keys revoke "$kid" --party pharmacy --reason lost --as warehouse 2>&1)" 'already' 'twice is refused'
like "$("$assay" station-enrol --folder "$folder" --as warehouse --party pharmacy --renew "${kid:0:8}" --out "$stage/bench2" --request "$stage/bench2.request" --root /nowhere)" \
	'first: assay keys authorise' 'a new enrolment for the same place, to be signed elsewhere'
"$assay" keys authorise "$stage/bench2.request" --yes --root "$folder/root/pharmacy.key" --out "$stage/bench2.signed" >/dev/null 2>&1 &&
	keys install "$stage/bench2.signed" --as warehouse >/dev/null
ok $? 'signed and installed'
printf '%s\n' "$(scan_of A1 A1S07)" >"$stage/scans"
like "$("$assay" station --enrol "$stage/bench2" --file "$stage/scans" --mode supply --json 2>&1)" 'supplied|recorded' 'the renewed station supplies'
like "$(keys revoke 12345 --reason lost --as warehouse 2>&1)" 'first 8 hexadecimal digits' 'a kid is named by eight digits at least'
like "$(keys revoke "${kid:0:8}" --party pharmacy --reason bored --as warehouse 2>&1)" 'replaced, lost, compromised or retired' 'reasons are a closed set'

# The root keys leave the machine; everything is renewed by a request that travels.
mkdir "$stage/offline"
mv "$folder/root" "$stage/offline/root"
like "$(keys renew --purpose box --out "$stage/x" --as warehouse 2>&1)" 'keys request' 'without the root key: make a request'
old_box=$(kid_of wholesale.example box in_force)
old_log=$(kid_of wholesale.example log in_force)
as warehouse receive "$(scan_of A1 A1S02)" >/dev/null
keys request renew --purpose all --out "$stage/request" >/dev/null
ok $? 'a request for all keys'
like "$(keys install "$stage/request" --as warehouse 2>&1)" 'not signed yet' 'it is not signed'
like "$(echo no | "$assay" keys authorise "$stage/request" --root "$stage/offline/root/wholesale.example.key" --out "$stage/signed" 2>&1)" \
	'register the box key' 'the root sees what it is asked to sign'
[ ! -e "$stage/signed" ]
ok $? 'and nothing is signed on no'
like "$("$assay" keys authorise "$stage/request" --yes --root "$stage/offline/root/maker.example.key" --out "$stage/signed" 2>&1)" \
	'for another key' 'another root key does not fit'
"$assay" keys authorise "$stage/request" --yes --root "$stage/offline/root/wholesale.example.key" --out "$stage/signed" 2>/dev/null >&2
ok $? 'the right one signs'
out=$(keys install "$stage/signed" --as warehouse --json)
is "$(value registered <<<"$out") $(value revoked <<<"$out") $(value start_again <<<"$out")" '4 0 true' \
	'new keys are registered; the former ones go on until the next start'
cp "$folder/policy" "$stage/policy.new"
stop
stage_run
like "$(keys install "$stage/signed" --as warehouse 2>&1)" 'pepper seal' 'the new box key needs the peppers first'
like "$("$assay" pepper list --folder "$folder" --as warehouse)" '1 lack it' 'one key lacks the pepper'
like "$("$assay" pepper seal --folder "$folder" --as warehouse)" 'sealed to 1 keys' 'the pepper is sealed to it'
out=$(keys install "$stage/signed" --as warehouse --json)
is "$(value revoked <<<"$out") $(value destroyed <<<"$out") $(value start_again <<<"$out")" '4 4 false' \
	'after it the former keys are revoked and destroyed'
out=$(curl -s --cacert "$ca" -H "Authorization: Bearer $(cat "$folder/tokens/warehouse")" -H 'Content-Type: application/json' -d '{}' "$url/api/v1/keys/rewrap")
[ "$(value before <<<"$out")" -gt 0 ] && [ "$(value sealed_again <<<"$out")" = 0 ]
ok $? 'attachments were sealed again, once'
out=$(keys install "$stage/signed" --as warehouse --json)
is "$(value destroyed <<<"$out")" 0 'the same file once more changes nothing'
is "$(kid_of wholesale.example box revoked) $(kid_of wholesale.example log revoked)" "$old_box $old_log" 'the old ones are revoked'
is "$(find "$folder/keys/wholesale.example" -name '*-*.key' | wc -l)" 0 'no former secret is left'
like "$(as warehouse check "$(scan_of A1 A1S03)")" '"verdict": ?"active"' 'the appliance goes on with the new keys'
stop
stage_run
like "$(as warehouse check "$(scan_of A1 A1S03)")" '"verdict": ?"active"' 'also after another start'
as pharmacist supply "$(scan_of A1 A1S03)" --receipt "$stage/receipt" >/dev/null
"$assay" verify "$stage/receipt" --policy "$folder/policy" >/dev/null
ok $? 'a receipt of the new log key verifies under the policy that knows both'
"$assay" audit "$folder" >"$stage/audit" 2>&1
ok $? 'the audit takes the change of keys'

# ---- peppers ----

year=$(date -u +%Y)
out=$("$assay" pepper post --year $((year + 1)) --folder "$folder" --as warehouse --json)
is "$(value year <<<"$out") $(value sealed <<<"$out")" "$((year + 1)) 6" 'the next pepper is posted for six keys'
like "$("$assay" pepper post --year $((year + 1)) --folder "$folder" --as warehouse 2>&1)" 'on the ledger already' 'once'
like "$("$assay" pepper post --year $((year + 5)) --folder "$folder" --as warehouse 2>&1)" 'assay pepper: .' 'years far ahead are refused'
like "$("$assay" pepper post --folder "$folder" --as pharmacist 2>&1)" 'duties' 'an admin only'
list=$("$assay" pepper list --folder "$folder" --as warehouse)
like "$list" "^$((year + 1))  sealed to 6 keys, 0 lack it$" 'both are there'
epcis_lot B1 >"$stage/B1.xml"
as maker capture "$stage/B1.xml" >/dev/null
ok $? 'a lot is registered'
like "$(as pharmacist check "$(scan_of B1 B1S01)")" '"verdict": ?"not_released"' 'its packs are found: it names the pepper of this year'
like "$(as warehouse check "$(scan_of A1 A1S04)")" '"verdict": ?"active"' 'packs of before as well'

# ---- sites and mandates ----

sites() { "$assay" sites --folder "$folder" "$@"; }
mandate() { "$assay" mandate --folder "$folder" "$@"; }
like "$(sites list --as warehouse)" '^5011111000006 +open +level 1 .* pharmacy, Demo Pharmacy' 'the places of the plan are sites'
sites add --party hospital.example --name 'North House' --ods RTEST1 --premises 9012345 --level 2 --as warehouse >/dev/null
ok $? 'a building with two codes'
like "$(sites add --party hospital.example --name Again --ods RTEST1 --as warehouse 2>&1)" 'already' 'a code belongs to one site'
like "$(sites add --name 'No code' --as warehouse 2>&1)" 'at least one of' 'a site has a code'
sites add --party hospital.example --name 'Ward 2' --licence W/22 --level 3 --parent ods:RTEST1 --from 2026-01-01 --as warehouse >/dev/null
ok $? 'a ward in it'
like "$(sites add --party hospital.example --name Wrong --licence W/23 --level 2 --parent licence:W/22 --as warehouse 2>&1)" 'field 2|value' 'not the other way round'
sites move 5022222000007 --parent ods:RTEST1 --as warehouse >/dev/null
ok $? 'ward 1 moves into the building'
sites close licence:W/22 --until "$(date -u +%F)" --successor 5022222000007 --as warehouse >/dev/null
ok $? 'ward 2 is closed, ward 1 takes its place'
list=$(sites list --party hospital.example --as warehouse --json)
like "$list" '"code":"licence:W/22"[^}]*"state":"closed"[^}]*"successor"' 'it is listed as closed'
is "$(grep -o '"code"' <<<"$list" | wc -l)" 4 'two codes of one site are two lines'
like "$(sites list --as pharmacist 2>&1)" 'duties' 'an admin only'
! "$assay" audit "$folder" --json 2>/dev/null | grep -q 'North House'
ok $? 'names stay here'

until=$(date -u -d '+90 days' +%F)
out=$(mandate give --party maker.example --agent wholesale.example --kind commission --kind lot --gtin "$gtin" --until "$until" --as warehouse --json)
id=$(json_member mandate <<<"$out")
is "${#id}" 32 'a mandate is given'
like "$(mandate list --party maker.example --as warehouse)" "^$id  wholesale.example for maker.example  in_force .*for some products.*: lot commission" 'both see it'
like "$(mandate give --agent maker.example --kind dance --until "$until" --as warehouse 2>&1)" 'no kind "dance"' 'kinds are known words'
like "$(mandate give --agent nobody.example --kind ship --until "$until" --as warehouse 2>&1)" 'assay mandate: ' 'the agent is a member'
mandate revoke "$id" --party maker.example --as warehouse >/dev/null
ok $? 'it is revoked'
like "$(mandate list --as warehouse)" "^$id .* revoked " 'and listed so'

# ---- doctor ----

doctor() { "$assay" doctor --folder "$folder" "$@"; }
line() { grep -E "^(ok|warn|fail) +$1 "; }
all=$(doctor)
[ $? -le 1 ]
ok $? 'the doctor can look'
for check in folder permissions disk clock ledger state lots keys peppers attachments accounts stations; do
	[ -n "$(line "$check" <<<"$all")" ] || ok 1 "there is a line about $check"
done
like "$(line ledger <<<"$all")" '^ok .*running' 'the ledger is well beside the running appliance'
like "$(line state <<<"$all")" '^ok .*agree' 'state and ledger agree'
like "$(line lots <<<"$all")" '^ok .*[1-9][0-9]* lots .* [1-9][0-9]* of their packs' 'lots drawn at random agree'
like "$(line keys <<<"$all")" '^ok' 'keys are in force'
like "$(line 'next pepper' <<<"$all")" '^ok' 'no pepper is due'
like "$(line 'root keys' <<<"$all")" '^ok' 'no root keys on the disk'
like "$(line floor <<<"$all")" '^warn' 'one copy of the floor only'
like "$(doctor --json)" '"worst":"(warn|fail)","checks":\[\{"check":"folder","finding":"ok"' 'as JSON'
chmod 755 "$folder" && chmod 644 "$folder/users.db"
like "$(doctor | line permissions)" '^fail .*users.db' 'files that others may read'
chmod 700 "$folder" && chmod 600 "$folder/users.db"
doctor --folder "$stage" >/dev/null 2>&1
is "$?" 2 'no appliance there: it cannot look'
cp -a "$folder" "$stage/sick"
rm -f "$stage/sick/users.db"
"$assay" init --alone other.example --role hospital --folder "$stage/other" >/dev/null 2>&1
cp "$stage/other/state.db" "$stage/sick/state.db" && rm -f "$stage/sick/state.db-wal" "$stage/sick/state.db-shm"
like "$("$assay" doctor --folder "$stage/sick" | line state)" '^fail .*differs' 'a state that is not of this ledger'
like "$("$assay" doctor --folder "$stage/sick" | line folder)" '^fail .*users.db' 'a file that is gone'
like "$("$assay" doctor --enrol "$stage/bench")" '^ok +outbox +nothing waits, 1 recorded' 'the outbox of a station'

# ---- accounts ----

accounts() { "$assay" accounts --folder "$folder" "$@"; }
sign_in() { # USER PASSWORD: the status
	curl -s -o "$stage/body" -w '%{http_code}' --cacert "$ca" -H 'Content-Type: application/json' -d "{\"user\":\"$1\",\"password\":\"$2\"}" "$url/api/v1/sign-in"
}
out=$(echo 'a long pass phrase' | accounts add ann --party pharmacy --role pharmacist --role admin --as warehouse --json)
like "$out" '"user":"ann","party":"pharmacy","roles":\["admin","pharmacist"\]' 'the operator adds an account of a tenant'
is "$(sign_in ann 'a long pass phrase')" 200 'it signs in'
like "$(echo 'a long pass phrase' | accounts add ann --role viewer --as warehouse 2>&1)" 'already' 'once'
like "$(echo short | accounts add bob --role viewer --as warehouse 2>&1)" '10 to 128' 'short passwords are refused'
like "$(echo 'a long pass phrase' | accounts add bob --role king --as warehouse 2>&1)" 'no role "king"' 'roles are known ones'
accounts add feed --party pharmacy --role viewer --no-password --token --as warehouse >/dev/null
like "$(as feed stock)" '^\[' 'a program gets a token and no password'
accounts reset ann --generate --token --as warehouse >"$stage/reset"
is "$(sign_in ann 'a long pass phrase')" 403 'after a reset the old password is wrong'
is "$(sign_in ann "$(sed -n 's/^  password //p' "$stage/reset")")" 200 'and the new one right'
is "$(accounts list --as ann --json | grep -o '"user"' | wc -l)" 3 'a tenant admin sees its own accounts'
like "$(echo 'a long pass phrase' | accounts add warehouse --role viewer --as ann 2>&1)" 'are called NAME@pharmacy' 'and adds names of its own, whether or not another has one'
echo 'a long pass phrase' | accounts add warehouse@pharmacy --role viewer --as ann >/dev/null
is "$?:$(sign_in warehouse@pharmacy 'a long pass phrase')" 0:200 'which sign in beside it'
like "$(echo 'a long pass phrase' | accounts add eve@pharmacy --role viewer --as warehouse 2>&1)" 'such a name and @wholesale.example' 'a name ends with its own party'
accounts disable warehouse@pharmacy --as ann >/dev/null
is "$?" 0 'and are changed by that name'
like "$(accounts disable maker --as ann 2>&1)" 'own organisation only|no account maker' 'and changes no others'
like "$(accounts disable ann --as ann 2>&1)" 'another admin' 'nobody disables himself'
accounts disable feed --as ann >/dev/null
like "$(as feed stock 2>&1)" 'sign in first' 'a disabled account is refused'
accounts enable feed --as ann >/dev/null
like "$(as feed stock)" '^\[' 'and let in again'
accounts role ann --role viewer --as warehouse >/dev/null
like "$(accounts list --as ann 2>&1)" 'duties' 'a role that was taken is gone at once'
stop
echo 'another pass phrase' | accounts reset warehouse >/dev/null
ok $? 'without the appliance, in the folder: the way back in'
stage_run
is "$(sign_in warehouse 'another pass phrase')" 200 'it holds after the start'

# ---- backup and restore ----

restore() { "$assay" restore "$@"; }
echo 'the words of a safe' | "$assay" backup --folder "$folder" --out "$stage/copy" --keys "$stage/secrets" >/dev/null
ok $? 'a copy while it runs, and the secrets apart'
[ ! -e "$stage/copy/keys" ] && [ ! -e "$stage/copy/vault.db" ] && [ ! -e "$stage/copy/keys.db" ] && [ ! -e "$stage/copy/tls" ]
ok $? 'no secret is in the ordinary copy'
"$assay" audit "$stage/copy" >/dev/null
ok $? 'the copy passes the audit'
like "$("$assay" backup --folder "$folder" --out "$stage/copy" 2>&1)" 'exists' 'a copy is never written over'
like "$(echo short | "$assay" backup --folder "$folder" --keys "$stage/weak" 2>&1)" '10 characters' 'a passphrase is long'
stop
like "$(echo 'other words' | restore "$stage/copy" --folder "$stage/again" --keys "$stage/secrets" --floor "$folder/floor" 2>&1)" 'passphrase does not open' 'a wrong passphrase restores nothing'
[ ! -e "$stage/again" ]
ok $? 'and makes no folder'
cp -a "$stage/copy" "$stage/changed" && printf x >>"$stage/changed/users.db"
like "$(restore "$stage/changed" --folder "$stage/again" 2>&1)" 'was changed' 'a copy that was changed is refused'
echo 'the words of a safe' | restore "$stage/copy" --folder "$stage/again" --keys "$stage/secrets" --floor "$folder/floor" >"$stage/restored" 2>&1
ok $? 'it is restored to a new folder'
like "$(echo 'the words of a safe' | restore "$stage/copy" --folder "$stage/again" --keys "$stage/secrets" 2>&1)" 'already' 'not over another'
first=$folder
folder=$stage/again
ca=$folder/tls/ca.pem
stage_run
like "$(as warehouse check "$(scan_of A1 A1S04)")" '"verdict": ?"active"' 'the restored appliance runs'
as pharmacist supply "$(scan_of A1 A1S08)" >/dev/null
ok $? 'and goes on'
stop
like "$(restore "$stage/copy" --folder "$stage/old" --floor "$folder/floor" 2>&1)" 'never back' 'the same copy is older than the floor now: refused'
[ ! -e "$stage/old" ]
ok $? 'and nothing is restored'
folder=$first

tests_done
