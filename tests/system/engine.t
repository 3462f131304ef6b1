#!/bin/bash
# The ledger as others see it: exported, read by programs that share no line with it, made into a
# folder again, audited.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
stage_start
stage_goods

# A document of so many lots, of two statements each.
many_lots() { # COUNT
	epcis_lot X | sed -n 1,2p
	echo '<EPCISBody><EventList>'
	for i in $(seq "$1"); do
		epcis_lot "M$i" | sed -n '/<ObjectEvent>/,/<\/ObjectEvent>/p' |
			sed 's/.*<ObjectEvent>/<ObjectEvent>/; s/<\/ObjectEvent>.*/<\/ObjectEvent>/'
	done
	echo '</EventList></EPCISBody></epcis:EPCISDocument>'
}
many_lots 60 >"$stage/many.xml"
as maker capture "$stage/many.xml" >/dev/null
ok $? 'sixty lots are registered'
log=$(awk '$1 == "log" { print $2 }' "$folder/policy")
witness=$(awk '$1 == "witness" { print $3 }' "$folder/policy")
skip() { # NAME WHY
	test_count=$((test_count + 1))
	echo "ok $test_count - $1 # SKIP $2"
}

# ---- export and import ----

out=$stage/export
get() { curl -s --cacert "$ca" "$url$1"; }
for position in 0 1 7 60; do
	get "/api/v1/receipt?position=$position" >"$stage/receipt.$position"
done
like "$("$assay" export --folder "$folder" "$out" --json)" '"before": ?0' 'an export of the running ledger'
many_lots 90 | sed 's/>M/>N/; s,/21/M,/21/N,' >"$stage/more.xml"
as maker capture "$stage/more.xml" >/dev/null
ok $? 'ninety lots more'
get '/api/v1/receipt?position=300' >"$stage/receipt.300"
like "$("$assay" export --folder "$folder" "$out" --json)" '"before": ?[1-9]' 'the export is carried on'
size=$(sed -n 2p "$out/checkpoint")
like "$size" '^[5-9][0-9][0-9]$' 'it has more than two bundles'
for path in /checkpoint /tile/0/000 /tile/entries/001 /tile/1/000.p/2; do
	get "$path" >"$stage/served"
	if [ $path = /checkpoint ]; then
		is "$(sed -n 1,3p "$stage/served")" "$(sed -n 1,3p "$out$path")" "$path is what the appliance serves"
	else
		cmp -s "$stage/served" "$out$path"
		ok $? "$path is what the appliance serves"
	fi
done
copy=$stage/copy
made=$("$assay" import --folder "$copy" "$out" --policy "$folder/policy" --json)
like "$made" '"right": ?true.*"judged_by_policy": ?true' 'a ledger is made of it, by the policy'
is "$(ls "$copy" | grep -vE -- '-(wal|shm)$' | tr '\n' ' ')" 'ledger.db state.db ' 'without keys'
like "$("$assay" audit "$copy")" "^clean: $size leaves" 'it audits clean'
"$assay" export --folder "$copy" "$stage/again" >/dev/null && diff -r "$out" "$stage/again"
ok $? 'its export is the same, file by file'
like "$("$assay" import --folder "$copy" "$out" 2>&1)" 'something is there' 'a folder that is there is left alone'
printf 'log other.example+00000000+AQ==\nquorum none\n' >"$stage/other"
"$assay" import --folder "$stage/none" "$out" --policy "$stage/other" >/dev/null 2>&1
is $? 2 'another policy: cannot tell'
printf x | dd of="$out/statements/001" bs=1 seek=900 conv=notrunc status=none
like "$("$assay" import --folder "$stage/none" "$out")" '^WRONG: statements/001: position [0-9]+: ' 'a changed byte is named with its file'
[ ! -e "$stage/none" ]
ok $? 'and nothing was made'

# ---- receipts ----

verify() { "$assay" verify --policy "$folder/policy" "$@" >/dev/null; }
receipt() { "$assay" receipt --folder "$folder" --as warehouse "$@"; }
sizes=$(sqlite3 "file:$copy/ledger.db?mode=ro" 'SELECT size FROM checkpoint WHERE size >= 100 ORDER BY size' | awk 'NR % 40 == 1')
wrong=0
for under in $sizes; do
	receipt 42 --size "$under" --out "$stage/receipt.u$under" && verify "$stage/receipt.u$under" || wrong=1
	grep -qx "$under" "$stage/receipt.u$under" || wrong=1
done
is "$wrong" 0 "a statement's receipt under each of $(wc -w <<<"$sizes") later checkpoints"
like "$(receipt 300 --size 290 2>&1)" 'no checkpoint of at most 290 leaves covers position 300' 'not under an earlier one'
receipt "$(get /tile/entries/000 | xxd -p -c 34 | sed -n '43s/^0020//p')" --out "$stage/by_entry" && verify "$stage/by_entry" &&
	grep -qx 'index 42' "$stage/by_entry"
ok $? 'by its entry'
scan=$(scan_of A1 A1S03)
as pharmacist supply "$scan" >/dev/null
receipt --as pharmacist --pack "$scan" --out "$stage/by_pack" && verify "$stage/by_pack" && [ "$(sed -n 's/^index //p' "$stage/by_pack")" -ge "$size" ]
ok $? 'of what changed a pack last'
like "$(receipt --as pharmacist --pack "$(scan_of A1 NONE)" 2>&1)" 'nothing is recorded' 'a pack that nobody knows'
kid=$("$assay" keys list --folder "$folder" --party maker.example --json | grep -oE '"kid":"[0-9a-f]+","purpose":"appliance"' | cut -d'"' -f4)
receipt --key "$kid" --sequence 3 --out "$stage/by_key" && verify "$stage/by_key"
ok $? 'by key and number'
like "$(receipt --key "$kid" --sequence 99999 2>&1)" 'in its window' 'a number that was not used'
like "$(receipt 5 --key "$kid" --sequence 3 2>&1)" 'give a position, an entry' 'one way at a time'
headers() { curl -s -o /dev/null -D - --cacert "$ca" "$url$1" | tr -d '\r'; }
like "$(headers /tile/0/000)" '^[Cc]ache-[Cc]ontrol: public, max-age=31536000, immutable' 'full tiles are kept for good'
like "$(headers /tile/1/000.p/2)" '^[Cc]ache-[Cc]ontrol: public, max-age=300' 'partial ones for a while'
like "$(headers /checkpoint)" '^[Cc]ache-[Cc]ontrol: no-cache' 'the checkpoint not at all'

# ---- SCRAPI ----

item() { # N: the statement of leaf N of the first bundle
	node -e '
		const bytes = require("fs").readFileSync(process.argv[1]);
		const skip = (at) => {
			const info = bytes[at] & 31, wide = info < 24 ? 0 : 1 << (info - 24);
			return at + 1 + wide + (wide ? bytes.readUIntBE(at + 1, wide) : info);
		};
		let at = 0;
		for (let i = 0; ; i++) {
			const end = skip(skip(skip(at + 2) + 1));
			if (i == process.argv[2]) { process.stdout.write(bytes.subarray(at, end)); break; }
			at = end;
		}' "$out/statements/000" "$1"
}
scrapi() { # METHOD PATH [curl options]: status and headers in $stage/head, body in $stage/body
	local method=$1 path=$2
	shift 2
	curl -s --cacert "$ca" -X "$method" -D "$stage/head" -o "$stage/body" "$@" "$url$path"
	head -1 "$stage/head" | cut -d' ' -f2
}
post() { scrapi POST /entries -H "Authorization: Bearer $(cat "$folder/tokens/warehouse")" -H 'Content-Type: application/cose' --data-binary "@$1"; }
problem() { # TITLE NAME: {-1: title, -2: detail}
	like "$(tr -d '\r' <"$stage/head")" '^[Cc]ontent-[Tt]ype: application/concise-problem-details\+cbor$' "$2: concise problem details"
	title=$(printf 'a220%02x%s21' $((0x60 + ${#1})) "$(printf %s "$1" | xxd -p -c 99)")
	like "$(xxd -p -c 9999 "$stage/body")" "^$title" "$2: $1"
}
item 42 >"$stage/statement"
entry=$(sha256sum <"$stage/statement" | cut -d' ' -f1)
is "$(post "$stage/statement")" 201 'a statement is registered (again: once)'
like "$(tr -d '\r' <"$stage/head")" "^Location: /entries/$entry$" 'where its receipt is'
like "$(tr -d '\r' <"$stage/head")" '^Content-Type: application/cose$' 'and the receipt itself'
xxd -p -c 9999 "$stage/body" | grep -q '^d284'
ok $? 'which is a COSE_Sign1'
is "$(scrapi GET "/entries/$entry")" 200 'the receipt by its entry, for anybody'
receipt 42 --cose --out "$stage/cose"
is "$(head -c 40 "$stage/body" | xxd -p -c 99)" "$(head -c 40 "$stage/cose" | xxd -p -c 99)" 'of the same form as ours'
is "$(scrapi GET "/entries/$(printf '0%.0s' $(seq 64))")" 404 'an entry that is not there'
problem 'Not Found' 'not there'
is "$(scrapi GET /entries/x)" 400 'what is no entry'
problem 'Invalid locator' 'no entry'
zeros=$(printf '0%.0s' $(seq 128))
for row in "d28443a10126a041005840$zeros|Bad Signature Algorithm" "d28443a10127a0f65840$zeros|Payload Missing" '78|Malformed request'; do
	xxd -r -p <<<"${row%|*}" >"$stage/bad"
	is "$(post "$stage/bad")" 400 "${row#*|}"
	problem "${row#*|}" 'refused'
done
head -c -1 "$stage/statement" >"$stage/bad" && tail -c 1 "$stage/statement" | tr '\000-\377' '\001-\377\000' >>"$stage/bad"
is "$(post "$stage/bad")" 400 'a signature that does not verify'
problem 'Rejected' 'not verified'
is "$(scrapi POST /entries --data-binary "@$stage/statement")" 401 'without an account'
problem 'Not signed in' 'no account'
kid=$("$assay" keys list --folder "$folder" --party wholesale.example --json | grep -oE '"kid":"[0-9a-f]+","purpose":"log"' | cut -d'"' -f4)
for name in "$kid" "$(xxd -r -p <<<"$kid" | base64 -w0 | tr '+/' '-_' | tr -d =)"; do
	is "$(scrapi GET "/.well-known/scitt-keys/$name")" 200 'a key by its kid'
	like "$(xxd -p -c 999 "$stage/body")" "$kid" 'which is in the key'
done
is "$(scrapi GET "/.well-known/scitt-keys/${entry}")" 404 'a key that is none'
problem 'No such key' 'no key'

# ---- audit ----

audit() { "$assay" audit "$copy" --json "$@"; }
whole=$(audit --resume "$stage/mark")
like "$whole" '"clean": ?true.*"rules": ?true' 'a whole audit'
like "$(cat "$stage/mark")" "^size $size$" 'keeps how far it came'
again=$(audit --resume "$stage/mark")
like "$again" "\"clean\": ?true.*\"resumed_at\": ?$size" 'the next one goes on there'
signatures() { grep -oE '"signatures": ?[0-9]+' | grep -oE '[0-9]+$'; }
[ "$(signatures <<<"$again")" -lt 10 ]
ok $? 'and leaves out the signatures'
like "$(audit --no-rules)" '"clean": ?true.*"rules": ?false' 'without the rules'
[ "$(signatures <<<"$(audit --since 200)")" -lt "$(signatures <<<"$whole")" ]
ok $? 'since a height'
like "$("$assay" audit "$copy" --since 200)" 'before batch 200 were not verified' 'what was left out is said'
like "$("$assay" audit "$copy" --since 200 --resume "$stage/mark" 2>&1)" 'do not go together' 'not both'
sed -i 's/^size ./size 9/' "$stage/mark"
like "$("$assay" audit "$copy" --resume "$stage/mark" 2>&1)" 'not whole, or was changed' 'a mark that was changed'
cp -r "$copy" "$stage/damaged"
sqlite3 "$stage/damaged/ledger.db" 'UPDATE statement SET bytes = CAST(substr(bytes, 1, 99) || x'"'00'"' || substr(bytes, 101) AS BLOB) WHERE slot = (SELECT max(slot) FROM statement)'
like "$("$assay" audit "$stage/damaged")" "^WRONG at position ($((size - 1)) .*statement bytes|6[0-9][0-9] .*page [0-9]+ is not what was written)" 'a changed byte is found, and where'
is "$("$assay" audit "$stage/damaged" >/dev/null; echo $?)" 1 'status 1'

# ---- retention ----

like "$("$assay" archive --folder "$folder" 2>&1)" 'archive_days' 'how old is to be said'
moved=$("$assay" archive --folder "$folder" --days 0 --json)
like "$moved" '"moved": ?[3-9][0-9][0-9]' 'statements move while the appliance runs'
like "$(ls "$folder/archive")" '^20[0-9][0-9]-[01][0-9].db$' 'to a file a month'
like "$("$assay" audit "$folder")" '^clean' 'an audit follows into the archive'
receipt 42 --out "$stage/receipt.archived" && verify "$stage/receipt.archived"
ok $? 'a receipt of what was moved'
like "$(as pharmacist supply "$(scan_of A1 A1S04)")" '"position"' 'work goes on'
like "$("$assay" doctor --folder "$folder" 2>&1)" 'archive.*all files are here' 'the doctor sees the archive'
like "$("$assay" backup --folder "$folder" --out "$stage/backup.with")" 'not in it: .*/archive; copy each' 'a backup says what it leaves out'
mv "$folder/archive" "$stage/away"
away=$("$assay" audit "$folder")
like "$away" '^clean' 'without the archive'
like "$away" '^  [0-9]+ statements are in archive files that are not here' 'the audit says what it could not see'
like "$away" 'were not judged .the archive is not here' 'nor judge'
like "$("$assay" doctor --folder "$folder" 2>&1)" 'archive.*not here' 'the doctor names the file'
receipt 42 --out "$stage/receipt.away" && verify "$stage/receipt.away"
ok $? 'receipts go on'
like "$("$assay" export --folder "$folder" "$stage/no" 2>&1)" 'bring .*archive/.* back' 'an export asks for it'
"$assay" backup --folder "$folder" --out "$stage/backup" >/dev/null
like "$("$assay" restore "$stage/backup" --folder "$stage/restored" 2>&1)" 'bring .*archive/.* back' 'restoring asks for it too'
like "$("$assay" restore "$stage/backup" --folder "$stage/restored.too" --archive "$stage/away" --json)" '"size": ?[6-9][0-9][0-9]' 'and is told where it is'
mv "$stage/away" "$folder/archive"
"$assay" export --folder "$folder" "$stage/whole" >/dev/null &&
	"$assay" import --folder "$stage/whole.copy" "$stage/whole" >/dev/null
ok $? 'with it, an export is whole'

# ---- other people's programs ----

out=$stage/again
is "$(node tests/oracles/tiles.mjs "$out" "$log" "$witness" | cut -d' ' -f1,4)" "size=$size signatures=2" \
	'a reader written from the text of C2SP alone reads it'
printf x | dd of="$out/tile/0/001" bs=1 seek=70 conv=notrunc status=none
like "$(node tests/oracles/tiles.mjs "$out" "$log" "$witness")" '^wrong: tile 0/1' 'and finds a changed tile'
rm -rf "$out"
"$assay" export --folder "$copy" "$out" >/dev/null
if /usr/bin/python3 -c 'import cbor2' 2>/dev/null; then
	like "$(/usr/bin/python3 tests/oracles/statements.py "$out")" "^statements=$size seals=" 'cbor2 (Python) reads all statements'
else
	skip 'cbor2 (Python) reads all statements' 'python3-cbor2 is not installed'
fi
if command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]; then
	judge() {
		GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$stage/gocache GOFLAGS='' \
			go run tests/oracles/go/judge.go "$@"
	}
	is "$(judge "$out" "$log" "$stage"/receipt.* | sed 's/ root=.* / /')" \
		"size=$size receipts=$(ls "$stage"/receipt.* | wc -l)" \
		"Go's note and tlog read checkpoint, tiles and receipts"
	sed '/^index/{n;s/^./\x00/;y/\x00/A/}' "$stage/receipt.60" >"$stage/bad"
	cmp -s "$stage/bad" "$stage/receipt.60" && sed -i '/^index/{n;s/^./B/}' "$stage/bad"
	like "$(judge "$out" "$log" "$stage/bad" 2>&1)" '^wrong' 'and refuse a receipt with another path'
else
	skip "Go's note and tlog read checkpoint, tiles and receipts" 'golang-go or golang-golang-x-mod-dev is not installed'
fi
if (cd tests/oracles && { [ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error; }) >/dev/null 2>&1; then
	like "$(node tests/oracles/cose.mjs "$out")" "^verified=$size keys=" '@auth0/cose verifies all statements'
else
	skip '@auth0/cose verifies all statements' 'the npm packages of tests/oracles cannot be installed'
fi

# ---- a disk that was put back ----

stop() {
	kill "${stage_pids[-1]}" && wait "${stage_pids[-1]}" 2>/dev/null
	unset 'stage_pids[-1]'
}
stop
mkdir "$stage/elsewhere"
sed -i "s|^second_floor = .*|second_floor = $stage/elsewhere/floor|" "$folder/assay.conf"
stage_run
stop
cp -r "$folder" "$stage/old.disk" # floor and all
stage_run
as pharmacist supply "$(scan_of A1 A1S06)" >/dev/null
ok $? 'work after the copy'
stop
mv "$folder" "$stage/lost" && mv "$stage/old.disk" "$folder"
like "$(timeout 60 "$assay" run --folder "$folder" 2>&1)" 'tree size [0-9]+ is below [0-9]+, which was signed before: never back' \
	'an appliance on its old disk notices by the second place, and does not sign'
[ "$(sqlite3 "file:$folder/ledger.db?mode=ro" 'SELECT max(size) FROM checkpoint')" -lt "$(sqlite3 "file:$stage/lost/ledger.db?mode=ro" 'SELECT max(size) FROM checkpoint')" ]
ok $? 'no checkpoint was added'
like "$("$assay" doctor --folder "$folder" 2>&1)" 'floor.*was signed, the ledger has' 'the doctor says so'
like "$("$assay" doctor --folder "$folder" 2>&1)" 'find the newer ledger.db; do not remove the floor' 'and what to do'
rm -r "$folder" && mv "$stage/lost" "$folder"
stage_run
ok 0 'the newer disk goes on'
tests_done
