#!/bin/bash
# The HTTP interface from outside: who may call what, bad requests, limits, TLS, the published tree.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
stage_start
stage_goods

status='' body='' headers=''
req() { # METHOD PATH [curl's arguments]
	local method=$1 path=$2
	shift 2
	: >"$stage/body"
	status=$(curl -s --path-as-is --max-time 20 --cacert "$ca" -X "$method" -o "$stage/body" \
		-D "$stage/headers" -w '%{http_code}' "$@" "$url$path")
	body=$(tr -d '\0' <"$stage/body")
	headers=$(tr -d '\r' <"$stage/headers")
}
asking() { # USER METHOD PATH ...: with the user's token
	local user=$1
	shift
	req "$@" -H "Authorization: Bearer $(cat "$folder/tokens/$user")"
}
statuses() { # EXPECTED NAME: of the last request
	is "$status" "$1" "$2"
}

# ---- every route: method, pattern in the tables, a path, accounts that may and may not (- : anybody) ----
routes='POST /api/v1/sign-in /api/v1/sign-in - -
POST /api/v1/sign-out /api/v1/sign-out pharmacist -
GET /checkpoint /checkpoint - -
GET /tile/* /tile/0/000.p/1 - -
GET /statement/* /statement/0 pharmacist -
GET /policy /policy - -
GET /status/* /status/00000000000000000000000000000000 - -
GET /healthz /healthz - -
GET /metrics /metrics - -
GET /api/v1/receipt /api/v1/receipt?position=1 - -
GET /.well-known/scitt-keys /.well-known/scitt-keys - -
GET /.well-known/scitt-keys/* /.well-known/scitt-keys/x - -
GET /entries/* /entries/x - -
POST /entries /entries warehouse pharmacist
GET /api/v1/check /api/v1/check?scan=x - -
POST /api/v1/check /api/v1/check pharmacist -
POST /api/v1/packs/* /api/v1/packs/supply pharmacist authority
GET /api/v1/quarantine /api/v1/quarantine pharmacist -
POST /api/v1/quarantine /api/v1/quarantine pharmacist authority
POST /api/v1/quarantine/release /api/v1/quarantine/release pharmacist authority
POST /api/v1/capture /api/v1/capture maker authority
POST /api/v1/lots/* /api/v1/lots/close maker pharmacist
POST /api/v1/coverage /api/v1/coverage maker pharmacist
POST /api/v1/receive /api/v1/receive warehouse authority
POST /api/v1/ship /api/v1/ship warehouse authority
GET /api/v1/stock /api/v1/stock pharmacist -
GET /api/v1/recalls /api/v1/recalls - -
POST /api/v1/recalls /api/v1/recalls authority register
POST /api/v1/recalls/* /api/v1/recalls/00000000000000000000000000000000/answer pharmacist register
DELETE /api/v1/recalls/* /api/v1/recalls/0 authority pharmacist
GET /api/v1/followed /api/v1/followed pharmacist -
POST /api/v1/followed /api/v1/followed pharmacist authority
DELETE /api/v1/followed/* /api/v1/followed/x pharmacist authority
GET /api/v1/trace /api/v1/trace pharmacist -
GET /api/v1/alerts /api/v1/alerts pharmacist -
POST /api/v1/alerts/* /api/v1/alerts/1/resolve pharmacist register
GET /api/v1/people /api/v1/people hospital pharmacist
POST /api/v1/people /api/v1/people hospital pharmacist
GET /api/v1/people/* /api/v1/people/0 hospital pharmacist
POST /api/v1/people/* /api/v1/people/0/badge hospital pharmacist
DELETE /api/v1/people/* /api/v1/people/0 hospital pharmacist
POST /api/v1/clearance /api/v1/clearance hospital -
POST /api/v1/clearance/picture /api/v1/clearance/picture hospital -
GET /api/v1/clearance/options /api/v1/clearance/options hospital -
POST /api/v1/clearance/policy /api/v1/clearance/policy hospital pharmacist
POST /api/v1/status /api/v1/status hospital pharmacist
POST /api/v1/statements /api/v1/statements warehouse pharmacist
GET /api/v1/keys /api/v1/keys warehouse pharmacist
GET /api/v1/keys/in-use /api/v1/keys/in-use warehouse pharmacist
POST /api/v1/keys/revoke /api/v1/keys/revoke warehouse pharmacist
POST /api/v1/keys/rewrap /api/v1/keys/rewrap warehouse pharmacist
GET /api/v1/peppers /api/v1/peppers warehouse pharmacist
POST /api/v1/peppers /api/v1/peppers warehouse pharmacist
GET /api/v1/accounts /api/v1/accounts warehouse pharmacist
POST /api/v1/accounts /api/v1/accounts warehouse pharmacist
POST /api/v1/accounts/* /api/v1/accounts/nobody warehouse pharmacist
GET /api/v1/sites /api/v1/sites warehouse pharmacist
POST /api/v1/sites /api/v1/sites warehouse pharmacist
POST /api/v1/sites/* /api/v1/sites/none warehouse pharmacist
GET /api/v1/tenants /api/v1/tenants warehouse pharmacist
POST /api/v1/tenants /api/v1/tenants warehouse pharmacist
GET /api/v1/mandates /api/v1/mandates warehouse pharmacist
POST /api/v1/mandates /api/v1/mandates warehouse pharmacist
DELETE /api/v1/mandates/* /api/v1/mandates/0 warehouse pharmacist'

there=$(cat appliance/http/api_*.c | sed 's/API_SIGN_IN/"\/api\/v1\/sign-in"/' |
	grep -oE '\{"(GET|POST|PUT|DELETE)", "[^"]+"' | tr -d '{",' | sort)
is "$(cut -d' ' -f1,2 <<<"$routes" | sort)" "$there" 'the table below has every route there is'

bad=
while read -r method _ path may not; do
	req "$method" "$path"
	case $may in
	-) [ "$status" != 401 ] && [ "$status" != 403 ] || bad+=" $method:$path:anybody=$status" ;;
	*) [ "$status" = 401 ] || bad+=" $method:$path:nobody=$status" ;;
	esac
	if [ "$not" != - ]; then
		asking "$not" "$method" "$path"
		[ "$status" = 403 ] || bad+=" $method:$path:$not=$status"
	fi
	if [ "$may" != - ]; then
		asking "$may" "$method" "$path"
		case $status in 401 | 403 | 404.. | 405 | 5??) bad+=" $method:$path:$may=$status" ;; esac
	fi
	req PATCH "$path"
	[ "$status" = 405 ] || bad+=" PATCH:$path=$status"
done <<<"$routes"
is "$bad" '' 'each route: nobody 401, another duty 403, the right one neither, another method 405'

req GET /api/v1/nothing
statuses 404 'an unknown address is 404'
like "$body" '"code":"not_found"' 'and says so as JSON'
like "$headers" '^Content-Type: application/json' 'with its type'
req HEAD /healthz --head
statuses 200 'HEAD is answered where GET is'

# ---- the page and its headers ----
req GET /
statuses 200 'the page is there'
like "$headers" "^Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';" 'with a strict policy'
like "$headers" '^X-Content-Type-Options: nosniff$' 'nosniff'
like "$headers" '^Strict-Transport-Security: max-age=' 'HSTS'
like "$headers" '^Referrer-Policy: no-referrer$' 'no referrer'
like "$headers" "frame-ancestors 'none'" 'no framing'
tag=$(sed -n 's/^[Ee][Tt]ag: //p' <<<"$headers")
req GET / -H "If-None-Match: $tag"
statuses 304 'a page that is known is not sent again'
is "$(stat -c %s "$stage/body")" 0 'and has no body then'
req GET /nhsuk-frontend.css
plain=$(sha256sum <"$stage/body")
req GET /nhsuk-frontend.css --compressed
like "$headers" '^Content-Encoding: gzip$' 'files are sent by gzip to those who take it'
is "$(sha256sum <"$stage/body")" "$plain" 'and are the same'

bad=
for path in /../etc/passwd /%2e%2e/%2e%2e/etc/passwd /tile/../../keys /tile/0/..%2f..%2fpolicy \
	/statement/../policy /%00 /policy%00.html /tile/0/000%00 //policy /app.js/; do
	req GET "$path"
	case $status in 400 | 401 | 404) ;; *) bad+=" $path=$status" ;; esac
	grep -q 'root:' <<<"$body" && bad+=" $path=leaks"
done
is "$bad" '' 'paths that climb, and NUL in them, lead nowhere'
req GET '/api/v1/check?scan=%00%00&scan_hex=00'
like "$status" '^4' 'NUL in a scan is refused'
req GET /healthz
statuses 200 'and the appliance goes on'

# ---- requests that are wrong ----
json=(-H 'Content-Type: application/json')
wrong() { # NAME BODY STATUS CODE
	asking pharmacist POST /api/v1/check "${json[@]}" --data-binary "$2"
	is "$status $(json_member code <<<"$body")" "$3 $4" "$1"
}
wrong 'no JSON' '{"scan": ' 400 format
wrong 'not an object' '["scan"]' 400 format
wrong 'a key twice' '{"scan": "a", "scan": "b"}' 400 format
wrong 'not UTF-8' $'{"scan": "\xff"}' 400 format
wrong 'another type' '{"scan": 7}' 400 format
wrong 'an empty body' '' 400 format
wrong 'something behind the object' '{"scan": "a"} {}' 400 format
wrong 'odd hexadecimal digits' '{"scan_hex": "5d6"}' 400 format
printf '%0100000d' 0 | tr 0 '[' >"$stage/nested"
asking pharmacist POST /api/v1/check "${json[@]}" --data-binary @"$stage/nested"
statuses 400 'nesting without end is refused'
head -c 1100000 /dev/zero | tr '\0' ' ' >"$stage/large"
asking pharmacist POST /api/v1/check "${json[@]}" --data-binary @"$stage/large"
statuses 413 'a body over a MiB is too large'
like "$body" '"code":"limit"' 'and is told the limit'
head -c 70000 /dev/zero | tr '\0' ' ' >"$stage/less"
req POST /api/v1/sign-in "${json[@]}" --data-binary @"$stage/less"
statuses 413 'without an account the limit is lower'
head -c 2000000 /dev/zero | tr '\0' ' ' >"$stage/document"
asking maker POST /api/v1/capture -H 'Content-Type: application/xml' --data-binary @"$stage/document"
statuses 400 'an EPCIS document may be larger, and is judged as one'
like "$body" '"error":"[^"]+"' 'with a sentence'
req POST /api/v1/capture -H 'Content-Type: application/xml' --data-binary @"$stage/document"
statuses 413 'not from somebody without an account'

req GET "/api/v1/$(printf 'n\xff')"
is "$status $(json_member code <<<"$body")" '404 not_found' 'an address that is not UTF-8 is told so in JSON'
asking pharmacist GET "/api/v1/trace?gtin=$gtin&lot=$(printf '%021d' 1)"
statuses 400 'a lot number that is too long'

# ---- a pack, from a green check to a receipt that verifies ----
scan=$(scan_of A1 A1S01)
hex=$(printf %s "$scan" | xxd -p | tr -d '\n')
req GET "/api/v1/check?scan_hex=$hex"
like "$body" '"verdict":"active","colour":"green"' 'anybody checks a pack'
like "$body" '"recorded":false' 'and nothing is recorded'
asking pharmacist POST /api/v1/packs/supply "${json[@]}" -d "{\"scan_hex\":\"$hex\"}"
statuses 200 'a pharmacist supplies it'
position=$(sed -n 's/.*"evidence":{[^}]*"position":\([0-9]*\).*/\1/p' "$stage/body" | head -1)
req GET "/api/v1/receipt?position=${position:-x}"
like "$headers" '^Content-Type: text/plain' 'the receipt is a text'
cp "$stage/body" "$stage/supply.receipt"
"$assay" verify --policy "$folder/policy" "$stage/supply.receipt" >"$stage/verified" 2>&1
is "$?" 0 'and `assay verify` takes it'
asking pharmacist POST /api/v1/packs/eat "${json[@]}" -d "{\"scan_hex\":\"$hex\"}"
statuses 404 'a word that nothing is done by is 404'
asking pharmacist POST /api/v1/packs/supply "${json[@]}" -d "{\"scan_hex\":\"$hex\"}"
is "$status $(json_member alert <<<"$body")" '200 already_supplied' 'a second supply is recorded with an alert'
asking pharmacist POST /api/v1/recalls "${json[@]}" -d "{\"items\":[{\"gtin\":\"$gtin\",\"lots\":[\"A1\"]}]}"
statuses 422 'a recall by a pharmacy, not said to be transcribed, is refused by the rules'
like "$(json_member code <<<"$body")" '^[a-z_]+$' 'and the code is a word'

# ---- captured events ----
event_of() { # SERIAL STEP DISPOSITION: a document of one event
	cat <<-XML
		<?xml version="1.0" encoding="UTF-8"?>
		<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-11-20T09:00:00Z">
		<EPCISBody><EventList><ObjectEvent>
		<eventTime>2026-11-20T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>$4
		<epcList><epc>https://id.gs1.org/01/$gtin/21/$1</epc></epcList>
		<action>OBSERVE</action><bizStep>$2</bizStep><disposition>$3</disposition>
		</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>
	XML
}
capturing() { # USER SERIAL STEP DISPOSITION [DECLARATION]
	event_of "$2" "$3" "$4" "${5:-}" >"$stage/event.xml"
	asking "$1" POST /api/v1/capture -H 'Content-Type: application/xml' --data-binary @"$stage/event.xml"
}
capturing pharmacist A1S11 dispensing dispensed
statuses 200 'a supply is captured'
like "$body" '"changes":\{"supply":1\}' 'and told as one'
req GET "/api/v1/check?scan_hex=$(scan_of A1 A1S11 | xxd -p | tr -d '\n')"
like "$body" '"verdict":"already_supplied"' 'the pack is supplied'
capturing pharmacist A1S11 dispensing dispensed
is "$status $(json_member code <<<"$body")" '409 exists' 'the same event again is there already'
capturing pharmacist A1S11 dispensing dispensed '<errorDeclaration><declarationTime>2026-11-20T09:00:00Z</declarationTime></errorDeclaration>'
like "$body" '"changes":\{"void":1\}' 'declared wrong, it is undone'
req GET "/api/v1/check?scan_hex=$(scan_of A1 A1S11 | xxd -p | tr -d '\n')"
like "$body" '"verdict":"active"' 'and the pack is as before'
capturing pharmacist A1S12 killing inactive
is "$status $(json_member code <<<"$body")" '400 range' 'a shape without a meaning is refused'
like "$body" '"error":"line 3: .*say what became of the packs' 'with its line, and what to say'
capturing maker A1S12 dispensing dispensed
statuses 422 'so is one that the role does not allow'
capturing hospital A1S01 dispensing dispensed
is "$status $(json_member code <<<"$body")" '200 already_supplied' 'what is recorded with an alert is told with it'
like "$body" '"problem_count":1,"problems":\[\{"line":3,"epc":"[^"]*A1S01","recorded":true' 'by line and pack'

# ---- the published tree (c2sp.org/tlog-tiles) ----
req GET /checkpoint
like "$headers" '^Content-Type: text/plain; charset=utf-8$' 'the checkpoint is a text'
like "$headers" '^Cache-Control: no-cache$' 'that is asked for anew'
like "$body" '^— ' 'and signed'
origin=$(head -1 <<<"$body")
size=$(sed -n 2p <<<"$body")
like "$origin" '^demo\.assay\.example/[0-9a-f]{32}$' 'its first line is the origin'
req GET "/tile/0/000.p/$((size % 256))"
is "$status $(stat -c %s "$stage/body")" "200 $((32 * size))" 'the tile of leaves has 32 bytes each'
like "$headers" "^Cache-Control: public, max-age=300$" "and may be kept for a while"
like "$headers" '^Content-Type: application/octet-stream$' 'as bytes'
req GET "/tile/entries/000.p/$((size % 256))"
is "$status $(stat -c %s "$stage/body")" "200 $((34 * size))" 'entries are a length and 32 bytes each'
bad=
for path in /tile/0/001 /tile/0/000 /tile/0/0 /tile/9/000 /tile/64/000 /tile/0/000.p/0 \
	/tile/0/000.p/256 "/tile/0/000.p/$((size + 1))" /tile/0/x000/000 /tile/ /tile/entries/; do
	req GET "$path"
	case $status in 400 | 404) ;; *) bad+=" $path=$status" ;; esac
	grep -q 'immutable' <<<"$headers" && bad+=" $path=kept"
done
is "$bad" '' 'tiles that are not there, or ill-named, are refused and not kept'
req GET /statement/0
statuses 401 'statements are for those signed in'
asking pharmacist GET /statement/1
statuses 200 'and are read by them'
like "$headers" '^Content-Type: application/cose$' 'as COSE'
entry=$(sha256sum <"$stage/body" | cut -c1-64)
asking pharmacist GET "/statement/$entry"
is "$status $(sha256sum <"$stage/body" | cut -c1-64)" "200 $entry" 'the entry is the hash of what it names'
asking pharmacist GET "/statement/$(printf '%064d' 0)"
statuses 404 'an entry that is not there'
asking pharmacist GET /statement/99999999999999999999999
like "$status" '^4' 'a position that is too large'
req GET '/api/v1/receipt?position=1&form=cose'
like "$headers" '^Content-Type: application/scitt-receipt\+cose$' 'a receipt as COSE'
log_kid=$(xxd -p "$stage/body" | tr -d '\n' | sed -n 's/^d2845[89]\(..\)\{1,2\}a50127045820\(.\{64\}\).*/\2/p')
req GET /.well-known/scitt-keys
like "$headers" '^Content-Type: application/cbor$' 'the keys of such receipts'
keys=$(xxd -p "$stage/body" | tr -d '\n')
like "${keys%%20062158*}" "^81a[0-9]0101025820${log_kid:-none}" 'are those that the receipt names'
grep -q "$(sed -n 's/^log [^+]*+[0-9a-f]*+//p' "$folder/policy" | base64 -d | tail -c 32 | xxd -p | tr -d '\n')" <<<"$keys"
is "$?" 0 'and the log key of the policy'
req GET /api/v1/receipt?position=1
carried=$(sed -n 's/^extra //p' "$stage/body" | base64 -d | wc -c)
is "$carried" 32 'a receipt for anybody carries the entry only'
asking pharmacist GET /api/v1/receipt?position=1
carried=$(sed -n 's/^extra //p' "$stage/body" | base64 -d | wc -c)
is "$((carried > 32))" 1 'one for an account the statement'
req GET /policy
is "$body" "$(cat "$folder/policy")" 'the policy is the one on the disk'

# ---- sessions ----
password=$(password_of pharmacist)
sign_in() { # USER PASSWORD
	req POST /api/v1/sign-in "${json[@]}" -d "{\"user\":\"$1\",\"password\":\"$2\"}"
}
sign_in pharmacist "$password"
statuses 200 'signing in'
token=$(json_member token <<<"$body")
cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: \(__Host-assay=[^;]*\);.*/\1/p' <<<"$headers")
like "$headers" '^Set-Cookie: __Host-assay=[A-Za-z0-9_-]{43}; Path=/; Max-Age=[0-9]+; HttpOnly; Secure; SameSite=Strict$' 'sets a cookie that scripts cannot read'
req GET /api/v1/alerts -H "Cookie: $cookie"
statuses 200 'which is enough for looking'
data="{\"scan_hex\":\"$hex\"}"
req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -d "$data"
statuses 401 'and not for stating, without the page token'
req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -H 'X-Assay-Token: wrong' -d "$data"
statuses 401 'nor with a wrong one'
req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -H "X-Assay-Token: $token" -d "$data"
statuses 200 'with it, it is'
req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -H "X-Assay-Token: $token" \
	-H 'Sec-Fetch-Site: cross-site' -d "$data"
statuses 403 'but not from the page of another site'
for origin in https://evil.example "http://localhost:$port" https://localhost:1 null; do
	req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -H "X-Assay-Token: $token" \
		-H "Origin: $origin" -d "$data"
	[ "$status" = 403 ] || break
done
is "$origin $status" 'null 403' 'nor with the Origin of another'
req POST /api/v1/check "${json[@]}" -H "Cookie: $cookie" -H "X-Assay-Token: $token" \
	-H "Origin: $url" -d "$data"
statuses 200 'with our own it is'
req POST /api/v1/sign-in "${json[@]}" -H 'Origin: https://evil.example' -d '{"user":"pharmacist","password":"x"}'
statuses 403 'another site signs nobody in'
for type in text/plain application/x-www-form-urlencoded 'multipart/form-data; boundary=x' application/jsonp; do
	req POST /api/v1/check -H "Content-Type: $type" -H "Cookie: $cookie" -H "X-Assay-Token: $token" -d "$data"
	[ "$status" = 415 ] || break
done
is "$type $status" 'application/jsonp 415' 'what a form can send is no JSON'
req POST /api/v1/check -H 'Content-Type: application/json; charset=utf-8' -H "Cookie: $cookie" \
	-H "X-Assay-Token: $token" -d "$data"
statuses 200 'JSON may name its character set'
for host in evil.example localhost.evil.example 'localhost:443x' '' 127.0.0.1.evil.example; do
	req GET / -H "Host: $host"
	case $status in 400 | 421) ;; *) break ;; esac
done
is "$host $status" '127.0.0.1.evil.example 421' 'by another name nobody is answered'
like "$body" '"error":"this is not 127.0.0.1.evil.example: call' 'and told so'
for host in "localhost:$port" LOCALHOST. 127.0.0.1 '[::1]:8443' 192.0.2.7:1; do
	req GET /healthz -H "Host: $host"
	[ "$status" = 200 ] || break
done
is "$host $status" '192.0.2.7:1 200' 'by its own names and numbers it is'
req POST /api/v1/check "${json[@]}" -H "Authorization: Bearer ${cookie#__Host-assay=}" -d "$data"
statuses 401 'a session is no token for programs'
req GET /api/v1/alerts -H "Cookie: __Host-assay=$(cat "$folder/tokens/pharmacist")"
statuses 401 'and a token no session'
req GET /api/v1/alerts -H 'Authorization: Bearer '
statuses 401 'an empty token is none'
req POST /api/v1/sign-out -H "Cookie: $cookie" -H "X-Assay-Token: $token"
statuses 200 'signing out'
req GET /api/v1/alerts -H "Cookie: $cookie"
statuses 401 'ends the session'
grep -qF -e "$token" -e "${cookie#__Host-assay=}" -e "$password" "$folder"/users.db*
is "$?" 1 'neither tokens nor passwords are in users.db'

for i in 1 2 3 4 5; do
	sign_in warehouse "wrong password $i"
	[ "$status" = 403 ] || break
done
is "$i $status" '5 403' 'five wrong passwords are told they are wrong'
sign_in warehouse "$(password_of warehouse)"
is "$status $(json_member code <<<"$body")" '429 busy' 'then the account is closed, to the right one too'
like "$headers" '^Retry-After: 30$' 'for half a minute'
sign_in nobody 'a password of nobody'
statuses 403 'an unknown name is told no more than a wrong password'
is "$(json_member error <<<"$body")" 'user name or password is wrong' 'in the same words'

# ---- limits per address: all requests here come from one ----
for i in 1 2 3 4 5 6; do
	sign_in 'No Such Name' 'a password of nobody'
	[ "$status" = 403 ] || break
done
is "$i $status $(json_member code <<<"$body")" '6 429 busy' 'an unknown name is closed after as many'
like "$headers" '^Retry-After: 30$' 'and as long'
for i in $(seq 40); do
	sign_in "name-$i" short
	[ "$status" = 403 ] || break
done
is "$status" 429 'signing in without end is stopped'
like "$headers" '^Retry-After: [0-9]+$' 'and told how long'
for _ in $(seq 3); do # one connection each, so that it is quick
	curl -s --max-time 20 --cacert "$ca" -o /dev/null -w '%{http_code}\n' "$url/api/v1/check?scan=[1-80]"
done >"$stage/many"
is "$(sort -u "$stage/many" | tr '\n' ' ')" '400 429 ' 'checking without an account is stopped too'
asking pharmacist GET "/api/v1/check?scan_hex=$hex"
statuses 200 'not with one'
req GET /checkpoint
statuses 200 'and the tree stays open'
req GET /metrics
like "$body" '^assay_ledger_entries [1-9]' 'metrics tell the size'
like "$body" '^assay_http_answers_total\{status="2xx"\} [1-9]' 'and the answers by status'
limited=$(sed -n 's/^assay_http_limited_total //p' <<<"$body")
is "$((limited > 50))" 1 'and those told to wait'

# ---- transport ----
curl -s --max-time 10 --cacert "$ca" --tls-max 1.1 -o /dev/null "$url/healthz"
is "$?" 35 'TLS 1.1 is refused'
curl -s --max-time 10 --cacert "$ca" --tls-max 1.2 -o /dev/null "$url/healthz"
is "$?" 0 'TLS 1.2 is not'
curl -s --max-time 10 -o /dev/null "$url/healthz"
is "$?" 60 'without the authority nobody is trusted'
curl -s --max-time 10 "http://localhost:$port/healthz" >"$stage/plain"
grep -q '"status"' "$stage/plain"
is "$?" 1 'plain HTTP gets no answer'

# ---- asked again ----
scan=$(scan_of A1 A1S15)
first=$(as pharmacist supply "$scan" --once nightly-7)
is "$?" 0 'a supply under a key'
again=$(as pharmacist supply "$scan" --once nightly-7)
is "$?:$again" "0:$first" 'given again it is the first answer'
as pharmacist supply "$scan" >/dev/null
is "$?" 1 'without the key it is a second supply, with an alert'
as pharmacist destroy "$scan" --once nightly-7 >"$stage/other" 2>&1
like "$?:$(cat "$stage/other")" '^[12]:.*key was used for another request' 'a key is for one request'

# Clients that connect and say nothing, or half a request.
perl -MIO::Socket::INET -e '
	my @open = map { IO::Socket::INET->new("127.0.0.1:$ARGV[0]") || die } 1 .. 60;
	$| = 1;
	print "open\n";
	sleep 60;' "$port" >"$stage/silent" &
stage_pids+=($!)
mkfifo "$stage/fifo"
exec 9<>"$stage/fifo"
for _ in $(seq 12); do
	curl -s --max-time 60 --cacert "$ca" -T "$stage/fifo" -X POST -o /dev/null "$url/api/v1/sign-in" &
	stage_pids+=($!)
done
until grep -q open "$stage/silent"; do sleep 0.1; done
req GET /healthz --max-time 5
statuses 200 'clients that hang do not stop others'
head -c 400 /dev/urandom | timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; cat >&3; cat <&3 >/dev/null"
req GET /healthz --max-time 5
statuses 200 'nor do bytes that are no TLS'

exec 9>&-
kill -TERM "${stage_pids[0]}"
wait "${stage_pids[0]}"
is "$?" 0 'SIGTERM ends the appliance in order'
tests_done
