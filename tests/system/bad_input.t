#!/usr/bin/perl
# What must be refused, through the interfaces that everybody has: each gets a clear sentence, exit
# status 2 (or 1 where the rules answer no), and leaves nothing behind: the tree has not grown, and
# the same thing done right goes through whole.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More;

my $build = $ENV{BUILD} // 'build';
my $assay = abs_path("$build/assay");
my $place = tempdir('assay-bad-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my %running; # folder -> pid
my %mounted;

my $gtin = '05012345678900';
my $gs = "\x1d";

sub free_port {
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die $!;
	return $socket->sockport;
}

sub spew {
	my ($path, $bytes) = @_;
	open my $out, '>:raw', $path or die "$path: $!";
	print $out $bytes;
	close $out or die "$path: $!";
	return $path;
}

sub slurp {
	my ($path) = @_;
	open my $in, '<:raw', $path or return '';
	local $/;
	return scalar <$in>;
}

# Exit status and all that was printed.
sub run {
	my (@words) = @_;
	my $pid = open(my $from, '-|') // die $!;
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		exec @words or exit 127;
	}
	my $said = do { local $/; <$from> } // '';
	close $from;
	return ($? >> 8, $said);
}

sub assay { return run($assay, @_) }

# Beside the folders, not on a small disk with one of them.
sub log_of {
	my ($folder) = @_;
	return "$place/" . ($folder =~ tr{/}{_}r) . '.log';
}

sub start {
	my ($folder, %env) = @_;
	my $log = log_of($folder);
	unlink $log;
	my $pid = fork // die $!;
	if (!$pid) {
		$ENV{$_} = $env{$_} for keys %env;
		open STDOUT, '>', $log;
		open STDERR, '>&', \*STDOUT;
		exec $assay, 'run', '--folder', $folder or exit 127;
	}
	$running{$folder} = $pid;
	for (1 .. 600) {
		return 1 if slurp($log) =~ /^ready/m;
		last if waitpid($pid, 1) == $pid && delete $running{$folder};
		select undef, undef, undef, 0.05;
	}
	diag(slurp($log));
	return 0;
}

sub stop {
	my ($folder) = @_;
	my $pid = delete $running{$folder} or return 1;
	kill 'TERM', $pid;
	waitpid $pid, 0;
	return $? == 0;
}

sub make_ledger {
	my ($folder) = @_;
	my ($status, $said) = assay('init', '--plan', 'deploy/demo/plan.json', '--folder', $folder,
		'--http-port', free_port(), '--station-port', free_port());
	diag($said) if $status;
	return $status == 0;
}

sub url {
	my ($folder) = @_;
	my ($port) = slurp("$folder/assay.conf") =~ /^http_port = (\d+)/m;
	return "https://localhost:$port";
}

# HTTP status and body of one request as an account.
sub http {
	my ($folder, $user, $path, @more) = @_;
	my ($status, $said) = run('curl', '-sS', '--cacert', "$folder/tls/ca.pem", '-H',
		'Authorization: Bearer ' . slurp("$folder/tokens/$user"), '-w', '\n%{http_code}', @more,
		url($folder) . $path);
	my ($body, $code) = $said =~ /^(.*)\n(\d+)$/s;
	return ($code // 0, $body // $said);
}

sub tree_size {
	my ($folder) = @_;
	my (undef, $body) = http($folder, 'maker', '/healthz');
	return $body =~ /"size":(\d+)/ ? $1 : -1;
}

# What only the order of the statements can decide makes a batch, which is a seal and nothing else.
sub grew_by_seals {
	my ($folder, $before, $most, $name) = @_;
	my $size = tree_size($folder);
	my $seals = 0;
	for my $position ($before .. $size - 1) {
		my (undef, $bytes) = http($folder, 'maker', "/statement/$position");
		$seals += $bytes =~ /seal/;
	}
	ok($size - $before <= $most && $seals == $size - $before, $name)
		or diag("$before to $size, $seals seals");
}

sub is_clean {
	my ($folder, $name) = @_;
	my ($status, $said) = assay('audit', $folder);
	is($status, 0, "$name: the ledger is clean") or diag($said);
}

END {
	my $kept = $?;
	stop($_) for keys %running;
	system 'umount', '-l', $_ for keys %mounted;
	$? = $kept;
}

# ---- EPCIS documents ----

sub document {
	my (%with) = @_;
	my $epcs = join '', map { "<epc>https://id.gs1.org/01/$with{gtin}/21/$_</epc>" } @{$with{serials}};
	return <<"END";
<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="$with{space}" xmlns:cbvmda="urn:epcglobal:cbv:mda:" schemaVersion="2.0" creationDate="2026-11-20T10:00:00Z"><EPCISBody><EventList>
<ObjectEvent><eventTime>2026-11-20T08:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList>$epcs</epcList><action>ADD</action><bizStep>commissioning</bizStep><disposition>active</disposition><readPoint><id>https://id.gs1.org/414/5012345000008</id></readPoint><ilmd><cbvmda:lotNumber>$with{lot}</cbvmda:lotNumber><cbvmda:itemExpirationDate>$with{expiry}</cbvmda:itemExpirationDate></ilmd></ObjectEvent>
</EventList></EPCISBody></epcis:EPCISDocument>
END
}

my %good = (gtin => $gtin, lot => 'GOOD1', expiry => '2028-03-31',
	serials => [qw(7Q2M9XKD4T1A 7Q2M9XKD4T1B 7Q2M9XKD4T1C)], space => 'urn:epcglobal:epcis:xsd:2');
my $right = document(%good);
my $ledger = "$place/ledger";
ok(make_ledger($ledger), 'a ledger is made');
ok(start($ledger), 'the appliance runs');

sub capture {
	my ($folder, $bytes) = @_;
	my $path = spew("$place/document.xml", $bytes);
	return assay('capture', $path, '--folder', $folder, '--as', 'maker');
}

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

# Two days later, by a clock put before the machine's.
my $clock = "$place/clock.so";
spew("$place/clock.c", <<'END');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *out)
{
	int (*real)(clockid_t, struct timespec *);
	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(id, out);
	const char *later = getenv("LATER_S");
	if (!result && later && id == CLOCK_REALTIME)
		out->tv_sec += atol(later);
	return result;
}
END
SKIP: {
	skip 'no compiler for a later clock', 4
		if system("gcc -shared -fPIC -o $clock $place/clock.c -ldl 2>/dev/null") != 0;
	ok(start($older, LD_PRELOAD => $clock, LATER_S => 2 * 86400,
			ASAN_OPTIONS => 'verify_asan_link_order=0'),
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

sub mount_tmpfs {
	my ($path, $options) = @_;
	mkdir $path;
	return 0 if $> != 0 || system("mount -t tmpfs -o $options tmpfs $path 2>/dev/null") != 0;
	return $mounted{$path} = 1;
}

SKIP: {
	my $small = "$place/small";
	skip 'no tmpfs can be mounted here (root is needed)', 12
		if !mount_tmpfs($small, 'size=4m,mode=700');
	my $folder = "$small/ledger";
	ok(make_ledger($folder) && start($folder), 'a ledger runs on a small disk');
	my $stock = 0;
	my ($failed, $why) = (0, '');
	for my $lot (1 .. 200) {
		my @serials = map { sprintf '8K3W%04dPX%04d', $lot, $_ } 1 .. 400;
		($failed, $why) = capture($folder, document(%good, lot => "FULL$lot", serials => \@serials));
		last if $failed;
		$stock = $lot;
	}
	is($failed, 2, "the disk is full after $stock lots: status 2");
	# An appliance that cannot write its ledger ends: then it is its own last words that say why.
	my $words = $why . slurp(log_of($folder));
	like($words, qr/full|space|No room|disk/i, '... and the sentence says so') or diag($words);
	stop($folder);
	system "mount -o remount,size=64m $small";
	is_clean($folder, 'after a full disk');
	ok(start($folder), 'with more room it runs again');
	($status, $said) = assay('trace', '--gtin', $gtin, '--lot', "FULL$stock", '--json', '--folder',
		$folder, '--as', 'authority');
	like($said, qr/"registered":400/, 'what was acknowledged is there') or diag($said);
	my $next = $stock + 1;
	($status, $said) = capture($folder, document(%good, lot => "FULL$next",
			serials => [map { sprintf '8K3W%04dPX%04d', $next, $_ } 1 .. 400]));
	is($status, 0, 'what was cut off is completed by doing it again') or diag($said);
	($status, $said) = assay('trace', '--gtin', $gtin, '--lot', "FULL$next", '--json', '--folder',
		$folder, '--as', 'authority');
	like($said, qr/"registered":400/, '... whole') or diag($said);
	stop($folder);
	is_clean($folder, 'afterwards');
	system "mount -o remount,ro $small";
	($status, $said) = assay('run', '--folder', $folder);
	is($status, 2, 'a folder that is read-only: status 2');
	like($said, qr/read-only|cannot write|permission/i, '... and the sentence says so') or diag($said);
	is_clean($folder, 'read-only');
}

done_testing();
