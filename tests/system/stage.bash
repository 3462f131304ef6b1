# What system tests share: TAP lines, and a demo appliance in a folder of its own with a registered
# lot, a recalled lot and a person with a badge. Sourced; BUILD says which program is tested.
# shellcheck shell=bash
set -u
build=${BUILD:-build}
assay=$build/assay
test_count=0
test_failures=0
stage=
stage_pids=()

ok() { # STATUS NAME
	test_count=$((test_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $test_count - $2"
	else
		echo "not ok $test_count - $2"
		test_failures=$((test_failures + 1))
	fi
}

is() { # GOT EXPECTED NAME
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '# expected: %s\n# got:      %s\n' "$2" "$1"
	fi
}

like() { # GOT PATTERN NAME: the extended regular expression is found in it
	if grep -qE -- "$2" <<<"$1"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		printf '# expected something like: %s\n# got: %s\n' "$2" "$1"
	fi
}

tests_done() {
	echo "1..$test_count"
	[ "$test_failures" = 0 ]
}

bail_out() {
	echo "Bail out! $*"
	[ -n "$stage" ] && [ -e "$stage/log" ] && sed 's/^/# /' "$stage/log"
	exit 1
}

stage_end() {
	local pid
	for pid in "${stage_pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${stage_pids[@]}"; do
		wait "$pid" 2>/dev/null
	done
	[ -n "$stage" ] && rm -rf "$stage"
}

# A port that nobody listens on now.
free_port() {
	local port
	for _ in $(seq 100); do
		port=$((20000 + RANDOM % 30000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
			echo "$port"
			return
		}
	done
	return 1
}

stage_start() {
	stage=$(mktemp -d)
	trap stage_end EXIT
	trap 'exit 130' INT TERM HUP
	port=$(free_port)
	url=https://localhost:$port
	folder=$stage/ledger
	ca=$folder/tls/ca.pem
	"$assay" init --plan deploy/demo/plan.json --folder "$folder" --http-port "$port" \
		--station-port "$(free_port)" >"$stage/accounts" 2>"$stage/log" || bail_out 'init fails'
	stage_run
}

stage_run() {
	: >"$stage/log" # not the words of the run before
	"$assay" run --folder "$folder" >"$stage/log" 2>&1 &
	stage_pids+=($!)
	for _ in $(seq 300); do
		grep -q '^ready' "$stage/log" && return
		kill -0 "${stage_pids[-1]}" 2>/dev/null || break
		sleep 0.1
	done
	bail_out 'the appliance does not start'
}

as() { # USER COMMAND...
	local user=$1 word=$2
	shift 2
	"$assay" "$word" --folder "$folder" --as "$user" --json "$@"
}

# The value of one text member of JSON on stdin.
json_member() { # NAME
	sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -1
}

password_of() { # USER
	sed -n "s/^account $1 of .*, password //p" "$stage/accounts"
}

# ---- goods: GTIN of the demo plan's maker, lots A1 (good) and R1 (recalled), serials S01 to S20 ----

gtin=05012345678900
expiry=$(date -d '+500 days' +%y%m%d)
gs=$'\x1d'

scan_of() { # LOT SERIAL [EXPIRY]: the element string as a scanner sends it
	printf ']d201%s17%s10%s%s21%s' "$gtin" "${3:-$expiry}" "$1" "$gs" "$2"
}

epcis_lot() { # LOT: a commissioning document
	local now serial day
	now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
	day=$(date -d "20${expiry:0:2}-${expiry:2:2}-${expiry:4:2}" +%F)
	cat <<-XML
		<?xml version="1.0" encoding="UTF-8"?>
		<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" xmlns:cbvmda="urn:epcglobal:cbv:mda" schemaVersion="2.0" creationDate="$now">
		<EPCISBody><EventList><ObjectEvent>
		<eventTime>$now</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
		<epcList>
	XML
	for serial in $(seq -f 'S%02g' 20); do
		echo "<epc>https://id.gs1.org/01/$gtin/21/$1$serial</epc>"
	done
	cat <<-XML
		</epcList>
		<action>ADD</action><bizStep>commissioning</bizStep><disposition>active</disposition>
		<readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint>
		<ilmd><cbvmda:lotNumber>$1</cbvmda:lotNumber>
		<cbvmda:itemExpirationDate>$day</cbvmda:itemExpirationDate></ilmd>
		</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>
	XML
}

stage_goods() {
	local lot
	for lot in A1 R1; do
		epcis_lot "$lot" >"$stage/$lot.xml"
		as maker capture "$stage/$lot.xml" >/dev/null &&
			as maker lot close --gtin "$gtin" --lot "$lot" >/dev/null &&
			as maker lot release --gtin "$gtin" --lot "$lot" >/dev/null ||
			bail_out "lot $lot is not registered"
	done
	as authority recall --gtin "$gtin" --lot R1 --class 1 >/dev/null || bail_out 'no recall'
}

# ---- people: a pharmacist of the hospital with all checks that the demo policy asks for ----

attest() { # PERSON CHECK: members of the check's object, its date is today's
	echo "{\"checkedOn\":\"$(date -u +%F)\",$2}" >"$stage/check.json"
	as hospital attest --person "$1" --check "$stage/check.json" >"$stage/check.out" ||
		bail_out "no check: $2: $(cat "$stage/check.out")"
}

stage_person() { # NAME: sets person; the badge is in $stage/badge.png, its text in $stage/badge.txt
	local photo
	photo=$(printf picture | sha256sum | cut -c1-64)
	as hospital clearance --publish-policy deploy/demo/clearance-policy.json >/dev/null ||
		bail_out 'no policy'
	person=$(as hospital person --add "$1" --photo-sha256 "$photo" | json_member person)
	attest "$person" '"checkType":"identity","source":"identity_document","method":"original_seen"'
	attest "$person" '"checkType":"right_to_work","source":"home_office","method":"share_code"'
	attest "$person" '"checkType":"registration","source":"gphc","method":"register_lookup","level":2,"reference":"2999991"'
	json_member commitment <"$stage/check.out" >"$stage/registration"
	attest "$person" '"checkType":"criminal_record","source":"dbs","method":"original_seen","issuedOn":"2025-01-01","level":3,"workforce":"adult","acceptedBy":"hospital.example","acceptedFor":"pharmacist"'
	attest "$person" '"checkType":"health","source":"occupational_health","method":"primary","level":1,"acceptedFor":"pharmacist"'
	attest "$person" '"checkType":"training_information_governance","source":"training_provider","method":"primary"'
	as hospital badge --person "$person" --role pharmacist --png "$stage/badge.png" |
		json_member badge >"$stage/badge.txt"
	[ -s "$stage/badge.txt" ] || bail_out 'no badge'
}

# ---- the page ----

stage_browser() { # the npm packages that drive the browser, as the lock file names them
	local packages=tests/browser
	[ "$packages/node_modules/.package-lock.json" -nt "$packages/package-lock.json" ] || {
		(cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >/dev/null &&
			touch "$packages/node_modules/.package-lock.json"
	}
}

stage_page() { # what tests/browser/*.mjs need of the stage
	as pharmacist receive "$(scan_of A1 A1S05)" >/dev/null &&
		as pharmacist receive "$(scan_of R1 R1S05)" >/dev/null || bail_out 'nothing is received'
	export PAGE_URL=$url PERSON_NAME='Ada Sample'
	SCAN_GREEN=$(scan_of A1 A1S01)
	SCAN_SUPPLY=$(scan_of A1 A1S02)
	SCAN_RECALLED=$(scan_of R1 R1S01)
	SCAN_EXPIRY=$(scan_of A1 A1S03 "$(date -d '+400 days' +%y%m%d)")
	export SCAN_GREEN SCAN_SUPPLY SCAN_RECALLED SCAN_EXPIRY
	export BADGE_PICTURE=$stage/badge.png BADGE_TEXT=$stage/badge.txt
	PASSWORD_PHARMACIST=$(password_of pharmacist)
	PASSWORD_HOSPITAL=$(password_of hospital)
	export PASSWORD_PHARMACIST PASSWORD_HOSPITAL
}
