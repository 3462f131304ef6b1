#!/bin/bash
# What people do with packs at the command line beside supplying them: quarantine, samples, export,
# days left.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
stage_start
stage_goods

positions() { # how many leaves the ledger has
	curl -s --cacert "$ca" "$url/healthz" | grep -oE '"size": ?[0-9]+' | grep -oE '[0-9]+'
}
says() { # USER SCAN: the verdict
	as "$1" check "$2" | json_member verdict
}

# ---- quarantine ----

for serial in A1S01 A1S02 A1S03; do
	as pharmacist receive "$(scan_of A1 $serial)" >/dev/null || bail_out 'nothing is received'
done
one=$(scan_of A1 A1S01)
two=$(scan_of A1 A1S02)
is "$(as pharmacist quarantine)" '[]' 'nothing is in quarantine'
before=$(positions)
out=$("$assay" quarantine --folder "$folder" --as pharmacist "$one" --reason damaged)
is "$?" 0 'a pack is put aside'
like "$out" '^put in quarantine: 05012345678900 +A1 +A1S01 +damaged +20[0-9-]{8} +pharmacist$' 'and told which and why'
is "$(says pharmacist "$one")" quarantined 'its check says so'
as pharmacist check "$one" >/dev/null
is "$?" 1 'which is an amber answer'
like "$("$assay" check --folder "$folder" --as pharmacist "$one")" '^  aside +this pack: damaged, since 20' 'with the reason'
is "$(says pharmacist "$two")" active 'another pack is as before'
is "$(says warehouse "$one")" active 'another party knows nothing of it'
out=$(as pharmacist supply "$one" 2>&1)
is "$?" 1 'a supply without a reason is refused'
like "$out" 'in your quarantine \(damaged, since .*take it out first, or give a reason' 'in one sentence'
is "$(positions)" "$before" 'and nothing of all this is on the ledger'
as pharmacist supply "$one" --reason inspected >/dev/null
is "$?" 0 'with a reason it is supplied'
as pharmacist undo "$one" >/dev/null
is "$?" 0 'and that is undone'

as pharmacist quarantine "$two" --whole-lot --reason recall >/dev/null
is "$(says pharmacist "$(scan_of A1 A1S03)")" quarantined 'a whole lot is put aside'
out=$("$assay" stock --folder "$folder" --as pharmacist)
like "$out" '^05012345678900 +A1 .* 3 +3 +0 +0$' 'the stock counts it: three held, three in quarantine'
out=$("$assay" quarantine --folder "$folder" --as pharmacist)
like "$out" '^05012345678900 +A1 +all of the lot +recall .*\(3 held\)$' 'the list has the lot'
like "$out" '^05012345678900 +A1 +A1S01 +damaged .*\(1 held\)$' 'and the pack that was put aside before'
like "$(as pharmacist quarantine "$two" --release 2>&1)" 'the whole lot A1 is in quarantine' 'one pack of it is not taken out alone'
as pharmacist quarantine "$two" --whole-lot --release >/dev/null
is "$?:$(says pharmacist "$two"):$(says pharmacist "$one")" 0:active:quarantined 'the lot is taken out, the pack stays'
"$assay" station-enrol --folder "$folder" --as warehouse --party pharmacy --out "$stage/bench" >/dev/null
station() { # SCANS: what the pharmacy's bench shows of them
	printf '%s\n' "$@" >"$stage/scans"
	"$assay" station --enrol "$stage/bench" --file "$stage/scans" --json 2>&1
}
out=$(station "$one" ASSAY:SUPPLY)
like "$out" '"verdict":"quarantined"' 'a station of the party says so too'
like "$out" 'quarantined: not supplied' 'and supplies it with an override code only'
like "$(station "$one" ASSAY:OVERRIDE:INSPECTED)" '"(saved|recorded)"' 'with one it does'
is "$(says pharmacist "$one")" already_supplied 'as the ledger then has it'
as pharmacist quarantine "$one" --release >/dev/null
one=$(scan_of A1 A1S03)
as pharmacist quarantine "$one" --reason inspection >/dev/null
as pharmacist quarantine "$one" --release >/dev/null
is "$(says pharmacist "$one")" active 'until it is taken out as well'

wrong() { # PATTERN NAME ARGUMENTS: exit status 2
	local pattern=$1 name=$2 out
	shift 2
	out=$(as pharmacist quarantine "$@" 2>&1)
	like "$?:$out" "^2:.*$pattern" "$name"
}
wrong 'is one of recall, suspect' 'an unknown reason' "$one" --reason mood
wrong 'say --reason recall' 'no reason' "$one"
wrong 'needs no --reason' 'a reason for taking out' "$one" --release --reason damaged
wrong 'give the scan that is meant' 'a reason without a scan' --reason damaged
wrong 'not in your quarantine' 'taking out what is not there' "$one" --release
wrong 'no number of its own' 'a code without a serial number' '(01)05012345678900(10)A1' --reason damaged
like "$(as authority quarantine "$one" --reason damaged 2>&1)" 'none of the duties' 'an account without that duty'

# ---- samples and export ----

sampled=$(scan_of A1 A1S11)
given=$(scan_of A1 A1S12)
exported=$(scan_of A1 A1S13)
as authority sample "$sampled" >"$stage/out" 2>&1
like "$?:$(cat "$stage/out")" '^[12]:.*duties' 'an authority has no packs at this desk'
as warehouse sample "$sampled" --receipt "$stage/receipt" >/dev/null
is "$?:$(says pharmacist "$sampled")" 0:sampled 'a pack is drawn as a sample: red at the pharmacy'
"$assay" verify "$stage/receipt" --policy "$folder/policy" >/dev/null
is "$?" 0 'with a receipt'
as warehouse sample "$given" --free >/dev/null
is "$?:$(says pharmacist "$given")" 0:sampled 'a free sample'
like "$(as pharmacist trace "$given")" 'free' 'which the trace tells apart'
as warehouse export-pack "$exported" >/dev/null
is "$?:$(says pharmacist "$exported")" 0:exported 'a pack leaves the market'
as pharmacist supply "$exported" >/dev/null
is "$?" 1 'and is supplied with an alert only'
for scan in "$sampled" "$given" "$exported"; do
	as pharmacist undo "$scan" >/dev/null 2>&1
	is "$?" 2 'another party cannot undo it'
	as warehouse undo "$scan" >/dev/null
	is "$?:$(says pharmacist "$scan")" 0:active 'who did it can'
done
as warehouse export-pack "$exported" >/dev/null
as warehouse undo --return "$exported" >/dev/null
is "$?:$(says pharmacist "$exported")" 0:active 'an export that did not leave is returned to stock'
like "$("$assay" stock --folder "$folder" --as warehouse)" ' A1 ' 'the stock followed'
as pharmacist quarantine "$sampled" --reason suspect >/dev/null
as pharmacist sample "$sampled" >"$stage/out" 2>&1
like "$?:$(cat "$stage/out")" '^1:.*in your quarantine' 'a sample of what is in quarantine needs a reason too'

# ---- days left ----

stop() {
	kill "${stage_pids[-1]}" && wait "${stage_pids[-1]}" 2>/dev/null
	unset 'stage_pids[-1]'
}
is "$(says pharmacist "$two")" active 'of days left nothing is said unless that is set'
stop
sed -i 's/^short_dated_days = .*/short_dated_days = 600/' "$folder/assay.conf"
stage_run
before=$(positions)
out=$(as pharmacist check "$two")
is "$(json_member verdict <<<"$out")" short_dated 'it is set: a pack that expires before is amber'
like "$out" '"days_left": ?(499|500|501), ?"warn_days": ?600' 'with the days it has'
is "$(positions)" "$before" 'and that is not on the ledger'
like "$("$assay" check --folder "$folder" --as pharmacist "$two")" '^  days left +[45]' 'said in words'
stop
sed -i 's/^short_dated_days = .*/short_dated_days = soon/' "$folder/assay.conf"
out=$("$assay" run --folder "$folder" 2>&1)
like "$?:$out" '^2:.*assay.conf line 9: soon is no number of days' 'a setting that is none is named'

tests_done
