#!/bin/bash
# A station and its appliance as they are run: enrol, check, supply, go on alone, catch up, undo,
# late delivery of nothing, a key that nobody knows.
set -u
assay=${BUILD:-build}/assay
folder=$(mktemp -d)
pid=
n=0
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; rm -rf "$folder"' EXIT

ok() { # status, sentence
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}
free_port() {
	local port
	while port=$((20000 + RANDOM % 20000)); do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port; return; }
	done
}
start() {
	"$assay" run --folder "$folder/led" >"$folder/run.log" 2>&1 &
	pid=$!
	for _ in $(seq 200); do
		grep -q '^ready' "$folder/run.log" && return 0
		kill -0 $pid 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}
stop() { kill "$pid" && wait "$pid"; pid=; }
# scans as arguments, one JSON line an event
station() {
	printf '%b\n' "$@" >"$folder/scans"
	"$assay" station --enrol "$folder/bench" --file "$folder/scans" --json 2>&1
}
has() { # sentence, lines, patterns that must stand in this order
	local text=$2 sentence=$1 pattern
	shift 2
	for pattern in "$@"; do
		case $text in
		*"$pattern"*) text=${text#*"$pattern"} ;;
		*) ok 1 "$sentence"; echo "# wanted $pattern in:"; echo "$text" | sed 's/^/# /'; return ;;
		esac
	done
	ok 0 "$sentence"
}
scan() { printf ']d20105012345678900172803311''0LOT0001\\x1d21%s' "$1"; }

http=$(free_port)
wire=$(free_port)
"$assay" init --plan deploy/demo/plan.json --folder "$folder/led" --http-port "$http" \
	--station-port "$wire" >/dev/null
ok $? 'a ledger is made'
start
ok $? 'the appliance runs'

epcs=
for serial in A1 A2 A3 A4; do
	epcs="$epcs<epc>https://id.gs1.org/01/05012345678900/21/$serial</epc>"
done
cat >"$folder/lot.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:cbvmda="urn:epcglobal:cbv:mda:" schemaVersion="2.0" creationDate="2026-11-20T10:00:00Z"><EPCISBody><EventList>
<ObjectEvent><eventTime>2026-11-20T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList>$epcs</epcList><action>ADD</action><bizStep>commissioning</bizStep><disposition>active</disposition><readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint><ilmd><cbvmda:lotNumber>LOT0001</cbvmda:lotNumber><cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate></ilmd></ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>
END
"$assay" capture "$folder/lot.xml" --folder "$folder/led" --as maker >/dev/null &&
	"$assay" lot close --gtin 05012345678900 --lot LOT0001 --folder "$folder/led" --as maker >/dev/null &&
	"$assay" lot release --gtin 05012345678900 --lot LOT0001 --folder "$folder/led" --as maker >/dev/null
ok $? 'a lot of four packs is commissioned and released'

"$assay" station-enrol --party pharmacy --out "$folder/bench" --folder "$folder/led" --as warehouse >/dev/null
ok $? 'a station is enrolled'
[ "$(stat -c %a "$folder/bench")" = 600 ]
ok $? 'its file is for its owner only'
"$assay" station-enrol --party pharmacy --out "$folder/bench" --folder "$folder/led" --as warehouse >/dev/null 2>&1
[ $? = 2 ]
ok $? 'an enrolment is never overwritten'

out=$(station "$(scan A1)" ']C0ASSAY:SUPPLY' "$(scan A1)" 'ASSAY:SUPPLY')
has 'a pack is checked, supplied with a receipt, and red ever after' "$out" \
	'"verdict":"active"' '"event":"saved","act":"supply"' \
	'"verdict":"already_supplied","colour":"red"' '"event":"note"'
has 'the receipt came' "$out" '"event":"recorded","act":"supply"' '"receipt":"c2sp.org/tlog-proof@v1'
"$assay" stock --folder "$folder/led" --as pharmacist --json >"$folder/stock"
grep -q '"supplied":1' "$folder/stock"
ok $? "the pharmacy's stock follows its station"
receipt=$(sed -n 's/.*"event":"recorded".*"receipt":"\([^"]*\)".*/\1/p' <<<"$out" | head -n 1)
printf '%b' "$receipt" >"$folder/receipt"
grep -q 'index' "$folder/receipt"
ok $? 'the receipt is a proof of a place'

stop
ok $? 'the appliance ends'
out=$(station 'ASSAY:MODE:SUPPLY' "$(scan A2)" 'ASSAY:SUPPLY' "$(scan A3)" 'ASSAY:SUPPLY' "$(scan A2)")
[ $? = 1 ]
ok $? 'a station with unsent statements says so by its status'
has 'alone it judges what it can, saves, and knows its own doings' "$out" \
	'"event":"away"' '"verdict":"stale","colour":"amber"' '"event":"saved"' \
	'"verdict":"stale"' '"event":"saved"' '"waiting":2' '"verdict":"already_supplied","colour":"red"'
out=$(station "${expired:=]d201050123456789001723033110LOT9\\x1d21Z}")
has 'alone it tells what is expired' "$out" '"verdict":"expired","colour":"red"' '"local":true'
start
out=$(station 'ASSAY:STATUS')
has 'it catches up in order when the appliance is back' "$out" \
	'"event":"recorded"' '"event":"recorded"' '"waiting":0'
"$assay" stock --folder "$folder/led" --as pharmacist --json | grep -q '"supplied":3'
ok $? 'what was supplied alone is supplied for all'

out=$(station "$(scan A3)" 'ASSAY:UNDO' "$(scan A3)")
has 'a mistaken supply is undone by who holds its secret' "$out" \
	'"verdict":"already_supplied"' '"event":"saved","act":"undo"'
out=$(station "$(scan A3)")
has 'and the pack is active again' "$out" '"verdict":"active"'

cp "$folder/bench" "$folder/copy"
chmod 600 "$folder/copy"
"$assay" station --enrol "$folder/copy" --outbox "$folder/bench.outbox.db" --refused >/dev/null
ok $? 'refusals can be listed'
"$assay" station-enrol --party pharmacy --out "$folder/other" --folder "$folder/led" --as warehouse >/dev/null
"$assay" station --enrol "$folder/other" --outbox "$folder/bench.outbox.db" --refused >"$folder/said" 2>&1
[ $? = 2 ] && grep -q 'another key' "$folder/said"
ok $? "another station's outbox is not taken"
"$assay" station-enrol --party nobody --out "$folder/none" --folder "$folder/led" --as warehouse >/dev/null 2>&1
[ $? = 2 ] && [ ! -e "$folder/none" ]
ok $? 'a party that is not here gets no station'

(exec 3<>"/dev/tcp/127.0.0.1/$wire"; printf 'hello, is anybody there? %0500d' 7 >&3; timeout 1 cat <&3) >"$folder/hello" 2>/dev/null
! grep -q 'active' "$folder/hello"
ok $? 'who has no key learns nothing'
out=$(station "$(scan A4)")
has 'and the port goes on serving' "$out" '"verdict":"active"'
stop
ok $? 'the appliance ends in order'
echo "1..$n"
