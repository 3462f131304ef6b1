#!/bin/bash
# An operator takes a tenant after the founding: keys, peppers, a place, accounts, a first supply;
# and what the ledger says to a move where nobody else runs an appliance.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash

stage_start
stage_goods

tenants() { "$assay" tenants --folder "$folder" "$@"; }
stop() {
	kill "${stage_pids[-1]}" && wait "${stage_pids[-1]}" 2>/dev/null
	unset 'stage_pids[-1]'
}

# ---- a new one ----

list=$(tenants list --as warehouse)
like "$list" '^[0-9a-f]{32}  pharmacy +since position [0-9]+$' 'the tenant of the plan is listed'
is "$(wc -l <<<"$list")" 1 'and no other'
like "$(tenants list --as pharmacist 2>&1)" 'duties' 'to an admin only'
like "$(tenants add 'Corner Shop' --as warehouse 2>&1)" "a tenant's name is" 'a name that is none'
like "$(tenants add pharmacy --as warehouse 2>&1)" 'served by this appliance already' 'one that is served here'
like "$(tenants add maker.example --as warehouse 2>&1)" 'is a member of this ledger' 'one that is a member'
like "$(tenants add 2>&1)" 'say list, add NAME' 'no name'
out=$(tenants add corner --as pharmacist 2>&1)
like "$?:$out" '^[12]:.*duties' 'only an admin of the operator adds one'
is "$(ls "$folder"/tenant-*.unfinished | wc -l)" 1 'what was to be said waits in a file'
kid=$(sha256sum <"$folder/keys/corner/appliance.key")
out=$(tenants add corner --as warehouse)
is "$?" 0 'said again it goes on with that file'
like "$out" '^corner is a tenant of yours: [0-9a-f]{32}$' 'and says its number'
like "$out" 'root/corner.key is its root key: move it' 'and what to do with its root key'
is "$(sha256sum <"$folder/keys/corner/appliance.key")" "$kid" 'with the keys that it had made'
is "$(ls "$folder"/tenant-*.unfinished 2>/dev/null | wc -l)" 0 'then the file is gone'
like "$(tenants list --as warehouse)" '^[0-9a-f]{32}  \(no keys in use here\) +since' 'it is on the ledger, and not served before the next start'
like "$("$assay" pepper list --folder "$folder" --as warehouse)" ', 0 lack it$' 'its box key has the peppers'
like "$("$assay" accounts add carol --party corner --role admin --no-password --as warehouse --folder "$folder" 2>&1)" 'not served by this appliance' 'no account before that'
stop
stage_run
like "$(tenants list --as warehouse)" '^[0-9a-f]{32}  corner  ' 'after the start it is served'
like "$(tenants add corner --as warehouse 2>&1)" 'already' 'once'
"$assay" sites add --folder "$folder" --party corner --name 'Corner Shop' --gln 5011111000013 --as warehouse >/dev/null
ok $? 'it gets a place'
"$assay" accounts add carol --party corner --role admin --role pharmacist --no-password --token --as warehouse --folder "$folder" >/dev/null
ok $? 'and an account'
like "$(as carol check "$(scan_of A1 A1S01)")" '"verdict": ?"active"' 'which checks packs'
as carol supply "$(scan_of A1 A1S01)" >/dev/null
is "$?" 0 'and supplies'
like "$(as pharmacist check "$(scan_of A1 A1S01)")" '"own": ?false' 'as another organisation than the first tenant'
is "$(tenants list --as carol --json | grep -o '"tenant"' | wc -l)" 1 'a tenant sees itself'
! "$assay" audit "$folder" --json 2>/dev/null | grep -q corner && ! grep -aq corner "$folder/ledger.db"
ok $? 'its name is not on the ledger'
"$assay" audit "$folder" >/dev/null 2>&1
ok $? 'the audit agrees'

# ---- and it would rather be served by another ----

like "$(tenants move corner --to nobody.example --as warehouse 2>&1)" 'let nobody.example serve corner .*: ' 'an operator must be a member'
like "$(tenants move corner --to maker.example --as warehouse 2>&1)" 'let maker.example serve corner .*: ' 'that runs its own appliance'
like "$(tenants move maker.example --to hospital.example --as warehouse 2>&1)" 'not a tenant' 'a member is no tenant'
like "$(tenants move corner --as warehouse 2>&1)" 'say --to MEMBER' 'to whom'
mkdir "$stage/offline" && mv "$folder/root/corner.key" "$stage/offline/"
like "$(tenants move corner --to maker.example --as warehouse 2>&1)" 'no root key of corner' 'its root key must say so'
tenants move corner --to maker.example --out "$stage/request" >/dev/null
ok $? 'by a request that travels'
like "$(echo no | "$assay" keys authorise "$stage/request" --root "$stage/offline/corner.key" --out "$stage/signed" 2>&1)" \
	'let maker.example serve corner in place of wholesale.example' 'which says in words what is signed'
"$assay" keys authorise "$stage/request" --yes --root "$stage/offline/corner.key" --out "$stage/signed" >/dev/null 2>&1
ok $? 'it is signed elsewhere'
"$assay" keys install "$stage/signed" --folder "$folder" --as warehouse >"$stage/out" 2>&1
like "$?:$(cat "$stage/out")" '^[12]:.*let maker.example serve corner' 'and handed in: here no other member runs an appliance, and the ledger says no'
! tenants list --as warehouse | grep -q moves:
ok $? 'so it stays where it is'
as carol supply "$(scan_of A1 A1S02)" >/dev/null
is "$?" 0 'and is served'
tests_done
