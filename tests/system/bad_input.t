#!/usr/bin/perl
# What must be refused, through the interfaces that everybody has: each gets a clear sentence, exit
# status 2 (or 1 where the rules answer no), and leaves nothing behind: the tree has not grown, and
# the same thing done right goes through whole.
use strict;
use warnings;
use lib 'tests/system';
use Stage;
use Test::More;

# ---- EPCIS documents ----

my $right = document(%good);
my $ledger = "$place/ledger";
ok(make_ledger($ledger), 'a ledger is made');
ok(start($ledger), 'the appliance runs');

my @documents = (
	['cut off', substr($right, 0, length($right) / 2), qr/line \d/],
	['cut off behind the last event', $right =~ s{</EPCISBody>.*}{}sr, qr/\w/],
	['not UTF-8', $right =~ s{GOOD1}{GOOD\xff}r, qr/UTF-8/i],
	['no XML', "this is no document\n", qr/\w/],
	['empty', '', qr/\w/],
	['of another schema', $right =~ s{<action>ADD</action>}{}r, qr/action/],
	['with an unknown element', $right =~ s{<action>}{<colour>red</colour><action>}r, qr/colour/],
	['of another namespace', document(%good, space => 'urn:example:else'), qr/\w/],
	['of EPCIS 1.2', document(%good, space => 'urn:epcglobal:epcis:xsd:1') =~
		s{schemaVersion="2.0"}{schemaVersion="1.2"}r, qr/\w/],
	['with a DOCTYPE', $right =~ s{\?>\n}{?>\n<!DOCTYPE x [<!ENTITY e "e">]>\n}r, qr/\w/],
	['without lot', $right =~ s{<cbvmda:lotNumber>.*?</cbvmda:lotNumber>}{}r, qr/lotNumber/],
	['with a wrong check digit', $right =~ s{$gtin}{05012345678901}gr, qr/check digit/],
	['with a day that is none', $right =~ s{2028-03-31}{2028-02-31}r, qr/itemExpirationDate/],
	['of a foreign manufacturer', document(%good, gtin => '05098765432100'), qr/\w/],
);
my $size = tree_size($ledger);
cmp_ok($size, '>', 0, 'the tree has a size');
for my $row (@documents) {
	my ($name, $bytes, $sentence) = @$row;
	my ($status, $said) = capture($ledger, $bytes);
	is($status, 2, "a document $name: status 2");
	like($said, $sentence, '... and the sentence names it') or diag($said);
	is(tree_size($ledger), $size, '... and the tree has not grown');
}

open my $big, '>', "$place/big.xml" or die $!;
truncate $big, 65 << 20;
close $big;
my ($status, $said) = assay('capture', "$place/big.xml", '--folder', $ledger, '--as', 'maker');
is($status, 2, 'a document that is too large: status 2');
like($said, qr/larger than/, '... and the sentence says so');
unlink "$place/big.xml";
my ($code, $body) = http($ledger, 'maker', '/api/v1/check', '-H', 'Content-Type: application/json',
	'--data-binary', '@' . spew("$place/long.json", '{"scan":"' . '1' x (2 << 20) . '"}'));
is($code, 413, 'a request that is too large: 413');
is(tree_size($ledger), $size, '... and the tree has not grown');

($status, $said) = capture($ledger, $right);
is($status, 0, 'the right document goes through') or diag($said);
like($said, qr/packs +3/, '... whole');
$size = tree_size($ledger);
($status, $said) = capture($ledger, document(%good, expiry => '2028-04-30', serials => ['7Q2M9XKD4T1D']));
is($status, 2, 'a lot that exists with another expiry: status 2');
like($said, qr/GOOD1/, '... and the sentence names the lot') or diag($said);
($status, $said) = capture($ledger, $right);
is($status, 2, 'a document captured before: status 2');
like($said, qr/captured before/, '... and the sentence says so') or diag($said);
is(tree_size($ledger), $size, '... and the tree has not grown');
is((assay('lot', $_, '--gtin', $gtin, '--lot', 'GOOD1', '--folder', $ledger, '--as', 'maker'))[0], 0,
	"lot $_") for qw(close release);

# ---- JSON ----

$size = tree_size($ledger);
my @requests = (
	['with a key twice', '{"scan":"1","scan":"2"}', 400, qr/duplicate/],
	['cut off', '{"scan":"1', 400, qr/JSON/],
	['not UTF-8', "{\"scan\":\"\xff\"}", 400, qr/UTF-8|decode byte/i],
	['that is a list', '["scan"]', 400, qr/object/],
	['without the scan', '{}', 400, qr/scan/],
	['with a number for the scan', '{"scan":1}', 400, qr/scan/],
	['with a scan of nothing known', '{"scan":"hello"}', 400, qr/\w/],
);
for my $row (@requests) {
	my ($name, $bytes, $wanted, $sentence) = @$row;
	($code, $body) = http($ledger, 'pharmacist', '/api/v1/packs/supply', '-H',
		'Content-Type: application/json', '--data-binary', '@' . spew("$place/request.json", $bytes));
	is($code, $wanted, "a request $name: $wanted");
	like($body, $sentence, '... and the sentence says what') or diag($body);
}
is(tree_size($ledger), $size, 'the tree has not grown');
($status, $said) = assay('init', '--plan', spew("$place/plan.json",
		slurp('deploy/demo/plan.json') =~ s/"zone"/"ledger": "other.example", "zone"/r),
	'--folder', "$place/none");
is($status, 2, 'a plan with a key twice: status 2');
like($said, qr/duplicate/, '... and the sentence says so') or diag($said);
ok(!-e "$place/none/ledger.db", '... and no ledger was begun');
($status, $said) = assay('supply', "]d201${gtin}17280331" . "10GOOD1", '--folder', $ledger, '--as', 'nobody');
is($status, 2, 'an account that is not there: status 2');

# ---- statements: replayed, of an unknown key, of an expired one ----

# The ledger as it is before it hears of a station, and before the station speaks.
my ($before, $older) = ("$place/before", "$place/older");
ok(stop($ledger), 'the appliance ends');
system 'cp', '-a', $ledger, $before;
ok(start($ledger), 'the appliance runs again');
($status, $said) = assay('station-enrol', '--party', 'pharmacy', '--days', 1, '--out', "$place/bench",
	'--folder', $ledger, '--as', 'warehouse');
is($status, 0, 'a station is enrolled for a day') or diag($said);
ok(stop($ledger), 'the appliance ends');
system 'cp', '-a', $ledger, $older;
ok(start($ledger), 'the appliance runs again');

sub station {
	my (@scans) = @_;
	my $path = spew("$place/scans", join "\n", @scans, '');
	return assay('station', '--enrol', "$place/bench", '--file', $path, '--json');
}

my $scan = "]d201${gtin}17280331" . "10GOOD1${gs}217Q2M9XKD4T1A";
($status, $said) = station($scan, 'ASSAY:SUPPLY');
is($status, 0, 'the station supplies a pack') or diag($said);
my ($position) = $said =~ /"event":"recorded".*"position":(\d+)/;
ok($position, '... recorded at a position');
my $statement = "$place/statement";
($code, $body) = http($ledger, 'maker', "/statement/$position", '-o', $statement);
is($code, 200, 'the statement is there to be taken');

sub hand_in {
	my ($folder, $path) = @_;
	return http($folder, 'warehouse', '/api/v1/statements', '--data-binary', "\@$path");
}

$size = tree_size($ledger);
($code, $body) = hand_in($ledger, $statement);
is($code, 200, 'a statement handed in again is answered');
like($body, qr/"position":$position\b/, '... with the position it has') or diag($body);
grew_by_seals($ledger, $size, 1, '... and stands there once');
my $bytes = slurp($statement);
substr($bytes, -1) = chr(ord(substr $bytes, -1) ^ 1);
($code, $body) = hand_in($ledger, spew("$place/changed", $bytes));
is($code, 422, 'the same with a changed signature: 422');
like($body, qr/bad_signature/, '... bad_signature') or diag($body);
($code, $body) = hand_in($ledger, spew("$place/changed", substr $bytes, 0, 100));
is($code, 422, 'a statement cut off: 422') or diag($body);
like($body, qr/not_well_formed/, '... not_well_formed');
grew_by_seals($ledger, $size, 3, 'nothing of these is in the tree');
stop($ledger);

ok(start($before), 'the ledger runs as it was before the station was enrolled');
my $before_size = tree_size($before);
($code, $body) = hand_in($before, $statement);
is($code, 422, 'a statement of an unknown key: 422');
like($body, qr/unknown_key/, '... unknown_key') or diag($body);
grew_by_seals($before, $before_size, 1, '... and it is not in the tree');
stop($before);

my $other = "$place/other";
ok(make_ledger($other) && start($other), 'another ledger runs');
my $other_size = tree_size($other);
($code, $body) = hand_in($other, $statement);
is($code, 422, 'a statement of another ledger: 422');
like($body, qr/other_ledger/, '... other_ledger') or diag($body);
is(tree_size($other), $other_size, '... and the tree has not grown');
stop($other);

# Two days later.
my %late = later_clock(2 * 86400);
SKIP: {
	skip 'no compiler for a later clock', 4 if !%late;
	ok(start($older, %late),
		'the ledger runs as it was before the station spoke, two days later');
	my $older_size = tree_size($older);
	($code, $body) = hand_in($older, $statement);
	is($code, 422, 'a statement of an expired station key: 422');
	like($body, qr/key_expired/, '... key_expired') or diag($body);
	grew_by_seals($older, $older_size, 1, '... and it is not in the tree');
	stop($older);
}

# ---- the folder ----

ok(start($ledger), 'the appliance runs');
($status, $said) = assay('run', '--folder', $ledger);
is($status, 2, 'a second process on the same ledger: status 2');
like($said, qr/another|in use|lock|runs/i, '... and the sentence says so') or diag($said);
is((http($ledger, 'maker', '/healthz'))[0], 200, '... and the first goes on');
stop($ledger);
is_clean($ledger, 'after all that');

($status, $said) = assay('run', '--folder', "$place/nowhere");
is($status, 2, 'a folder that is not there: status 2');
like($said, qr/nowhere/, '... and the sentence names it');
spew("$other/assay.conf", slurp("$other/assay.conf") . "colour = red\n");
($status, $said) = assay('run', '--folder', $other);
is($status, 2, 'a configuration with an unknown name: status 2');
like($said, qr/colour/, '... and the sentence names it');

done_testing();
