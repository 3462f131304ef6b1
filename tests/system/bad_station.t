#!/usr/bin/perl
# What a station must refuse, or take and lose nothing: wrong enrolments, wrong scans, a second
# process, keys that are unknown or have ended, a full and a read-only disk, an old outbox put back,
# statements sent again. Each gets a clear sentence and exit status 2 where nothing could be done.
use strict;
use warnings;
use lib 'tests/system';
use File::Copy qw(copy);
use Stage;
use Test::More;

my ($status, $said);
my $ledger = "$place/ledger";
my $bench = "$place/bench";
my $outbox = "$bench.outbox.db";
my @serials = map { sprintf '9T4MXW7Q%02dK', $_ } 1 .. 20;

sub enrol {
	my ($folder, $out, @more) = @_;
	return assay('station-enrol', '--party', 'pharmacy', '--out', $out, '--folder', $folder, '--as',
		'warehouse', @more);
}

sub scan_of {
	my ($serial, $expiry) = @_;
	return "]d201${gtin}17" . ($expiry // '280331') . "10GOOD1${gs}21$serial";
}

# Lines as scans; options go on to the station.
sub station {
	my ($enrolment, $lines, @options) = @_;
	my $path = spew("$place/scans", join('', map { "$_\n" } @$lines));
	return assay('station', '--json', '--enrol', $enrolment, '--file', $path, @options);
}

sub supplied {
	my (undef, $body) = http($ledger, 'pharmacist', '/api/v1/stock');
	return $body =~ /"supplied":(\d+)/ ? $1 : 0;
}

ok(make_ledger($ledger) && start($ledger), 'an appliance runs');
($status, $said) = capture($ledger, document(%good, serials => \@serials));
is($status, 0, 'a lot is captured') or diag($said);
is((assay('lot', $_, '--gtin', $gtin, '--lot', 'GOOD1', '--folder', $ledger, '--as', 'maker'))[0], 0,
	"lot $_") for qw(close release);
($status, $said) = enrol($ledger, $bench);
is($status, 0, 'a station is enrolled') or diag($said);

# ---- enrolments ----

my $right = slurp($bench);
my @enrolments = (
	['that is not there', undef, 0600, qr/nowhere/],
	['cut off', substr($right, 0, 100), 0600, qr/\w/],
	['that is empty', '', 0600, qr/\w/],
	['with a byte changed', substr($right, 0, 200) . chr(ord(substr $right, 200, 1) ^ 1) . substr($right, 201),
		0600, qr/\w/],
	['that is too large', 'x' x 5000, 0600, qr/larger/],
	['that is text', "this is no enrolment\n", 0600, qr/\w/],
	['that others may read', $right, 0644, qr/others may read/],
);
for my $row (@enrolments) {
	my ($name, $bytes, $mode, $sentence) = @$row;
	my $path = "$place/nowhere";
	if (defined $bytes) {
		$path = spew("$place/wrong", $bytes);
		chmod $mode, $path;
	}
	($status, $said) = station($path, [scan_of($serials[0]), 'ASSAY:SUPPLY']);
	is($status, 2, "an enrolment $name: status 2");
	like($said, $sentence, '... and the sentence says so') or diag($said);
	ok(!-s "$path.outbox.db", '... and no outbox was begun');
}
($status, $said) = assay('station', '--enrol', $bench);
is($status, 2, 'no place that scans come from: status 2');
($status, $said) = assay('station', '--enrol', $bench, '--file', "$place/nowhere");
is($status, 2, 'a file of scans that is not there: status 2');
like($said, qr/nowhere/, '... and the sentence names it');

# ---- scans ----

my @wrong = ('', ']d2010501234567', "]d201${gtin}17280331" . "10GOOD1${gs}21\xff\xfe",
	'1' x 5000, ']d20105012345678901172803311' . "0GOOD1${gs}21X", 'hello', 'ASSAY:DANCE', 'ASSAY:',
	"\x01\x02\x03", scan_of($serials[0], '290331'), scan_of('NEVERMADE99'));
($status, $said) = station($bench, [map { ($_, 'ASSAY:SUPPLY') } @wrong]);
is($status, 0, 'after wrong scans the station ends in order') or diag($said);
unlike($said, qr/"event":"saved"/, '... and has supplied nothing') or diag($said);
is(supplied(), 0, '... and the ledger knows of none');
($status, $said) = station($bench, [@wrong, scan_of($serials[0]), 'ASSAY:SUPPLY']);
is($status, 0, 'a right scan behind wrong ones') or diag($said);
like($said, qr/"event":"saved".*"event":"recorded"/s, '... is supplied');
is(supplied(), 1, '... once');

# ---- sent again ----

($status, $said) = station($bench, [scan_of($serials[10]), 'ASSAY:SUPPLY'], '--appliance',
	'tcp://127.0.0.1:1');
is($status, 1, 'a supply that waits for the appliance') or diag($said);
ok(copy($outbox, "$place/before"), '... with a copy of the outbox as it was then');
($status, $said) = station($bench, ['ASSAY:STATUS']);
is($status, 0, '... is sent') or diag($said);
my ($first) = $said =~ /"event":"recorded".*?"position":(\d+)/;
is(supplied(), 2, '... and is on the ledger');
ok(copy("$place/before", $outbox), 'a station that forgot that it was answered');
($status, $said) = station($bench, ['ASSAY:STATUS']);
is($status, 0, '... sends it again') or diag($said);
like($said, qr/"event":"recorded".*?"position":$first\b/, '... at the position it has') or diag($said);
is(supplied(), 2, '... once');

# ---- two at once ----

my $port = free_port();
my $other = fork // die $!;
if (!$other) {
	open STDOUT, '>', '/dev/null';
	exec $assay, 'station', '--enrol', $bench, '--tcp', "127.0.0.1:$port" or exit 127;
}
for (1 .. 200) {
	last if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
	select undef, undef, undef, 0.05;
}
($status, $said) = station($bench, [scan_of($serials[1])]);
is($status, 2, 'a second process on the same outbox: status 2');
like($said, qr/another station uses/, '... and the sentence says so') or diag($said);
copy($bench, "$place/copy");
chmod 0600, "$place/copy";
($status, $said) = assay('station', '--enrol', "$place/copy", '--tcp', "127.0.0.1:$port");
is($status, 2, 'a port of scanners that is taken: status 2');
like($said, qr/$port/, '... and the sentence names it') or diag($said);
kill 'TERM', $other;
waitpid $other, 0;
is($?, 0, 'the first goes on and ends in order');

# ---- keys ----

my $elsewhere = "$place/elsewhere";
ok(make_ledger($elsewhere) && start($elsewhere), 'another ledger runs');
is((enrol($elsewhere, "$place/stranger"))[0], 0, '... and enrols a station');
stop($elsewhere);
my ($wire) = slurp("$ledger/assay.conf") =~ /^station_port = (\d+)/m;
($status, $said) = station("$place/stranger", [scan_of($serials[2]), 'ASSAY:SUPPLY'], '--appliance',
	"tcp://127.0.0.1:$wire");
is($status, 1, 'a station of an unknown key keeps what it states: status 1') or diag($said);
like($said, qr/"event":"away".*"event":"saved".*"waiting":1/s, '... for it gets no answer');
is(supplied(), 2, '... and nothing is on the ledger');

is((enrol($ledger, "$place/short", '--days', 1))[0], 0, 'a station is enrolled for a day');
stop($ledger);
SKIP: {
	my %late = later_clock(2 * 86400);
	skip 'no compiler for a later clock', 3 if !%late;
	my $later = "$place/later";
	system 'cp', '-a', $ledger, $later;
	ok(start($later, %late), 'two days later the appliance runs');
	local @ENV{keys %late} = values %late;
	($status, $said) = station("$place/short", [scan_of($serials[3])]);
	like($said, qr/enrolment has ended: enrol it again/, 'a station whose key has ended is told so')
		or diag($said);
	unlike($said, qr/"colour":"green"/, '... and shows nothing as good');
	delete @ENV{keys %late};
	stop($later);
}
ok(start($ledger), 'the appliance runs again');

# ---- disks ----

SKIP: {
	my %full = full_disk();
	skip 'no compiler for a disk that is full', 8 if !%full;
	spew("$place/full", ".outbox.db\n");
	my $before = supplied();
	{
		local @ENV{keys %full} = values %full;
		($status, $said) = station($bench, [scan_of($serials[4]), 'ASSAY:SUPPLY']);
		delete @ENV{keys %full};
	}
	is($status, 2, 'a full disk under the outbox: status 2') or diag($said);
	like($said, qr/full|space|room/i, '... and the sentence says so') or diag($said);
	unlike($said, qr/"event":"saved"/, '... and nothing was said to be saved');
	is(supplied(), $before, '... and nothing is on the ledger');
	unlink "$place/full";
	($status, $said) = station($bench, [scan_of($serials[4]), 'ASSAY:SUPPLY']);
	is($status, 0, 'with more room it is done by doing it again') or diag($said);
	is(supplied(), $before + 1, '... once');
	spew("$place/full", ".outbox.db\n");
	{
		local @ENV{keys %full} = values %full;
		($status, $said) = station($bench, [], '--outbox', "$place/new.outbox.db");
		delete @ENV{keys %full};
	}
	is($status, 2, 'an outbox that cannot be made: status 2') or diag($said);
	unlink "$place/full";
	($status, $said) = station($bench, [], '--outbox', "$place/new.outbox.db");
	is($status, 0, '... and with more room it is made') or diag($said);
}

SKIP: {
	my $disk = "$place/disk";
	skip 'no tmpfs can be mounted here (root is needed)', 2 if !mount_tmpfs($disk, 'size=4m,mode=700');
	system 'cp', '-a', $bench, $outbox, $disk;
	system "mount -o remount,ro $disk";
	($status, $said) = station("$disk/bench", [scan_of($serials[5]), 'ASSAY:SUPPLY']);
	is($status, 2, 'a folder that is read-only: status 2');
	like($said, qr/read-only|writ|cannot use/i, '... and the sentence says so') or diag($said);
}

# ---- an old outbox put back ----

copy($outbox, "$place/old.outbox") or die $!;
($status, $said) = station($bench, [scan_of($serials[6]), 'ASSAY:SUPPLY']);
is($status, 0, 'a pack is supplied') or diag($said);
my $count = supplied();
copy("$place/old.outbox", $outbox) or die $!;
($status, $said) = station($bench, [scan_of($serials[6]), 'ASSAY:SUPPLY', scan_of($serials[7]), 'ASSAY:SUPPLY']);
is($status, 0, 'with the old outbox put back the ledger still knows it') or diag($said);
like($said, qr/"verdict":"already_supplied"/, '... and it is not supplied again');
is(supplied(), $count + 1, '... and the next number is one that was never used') or diag($said);
# While the appliance is away nobody can tell it that its numbers are used.
copy("$place/old.outbox", $outbox) or die $!;
stop($ledger);
($status, $said) = station($bench, [scan_of($serials[8]), 'ASSAY:SUPPLY']);
is($status, 1, 'alone, with an old outbox, it saves') or diag($said);
ok(start($ledger), 'the appliance is back');
($status, $said) = station($bench, ['ASSAY:STATUS']);
if ($said =~ /"event":"refused"/) {
	is($status, 1, '... and what is refused for a used number is told: status 1');
	($status, $said) = assay('station', '--enrol', $bench, '--refused');
	like($said, qr/sequence/, '... and kept for a person to look at') or diag($said);
} else {
	is($status, 0, '... and its number was never used') or diag($said);
	is(supplied(), $count + 2, '... and it is on the ledger');
}

stop($ledger);
is_clean($ledger, 'after all that');
done_testing();
