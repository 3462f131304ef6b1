#!/usr/bin/perl
# Disks: full, one file at a time and all at once; read-only; an old backup put back. Each gets a
# clear sentence and exit status 2; nothing is lost, and what was cut off is completed by doing it
# again.
use strict;
use warnings;
use lib 'tests/system';
use File::Copy qw(copy);
use Stage;
use Test::More;

my ($status, $said, $code, $body);

# ---- one file's disk is full, and then has room again ----

my $ledger = "$place/ledger";
my %full = full_disk();
my $bench = "$place/bench";

sub fill { return spew("$place/full", "$_[0]\n") }

sub scan_of {
	my ($lot, $serial) = @_;
	return "]d201${gtin}17280331" . "10$lot${gs}21$serial";
}

# Each: file, name of what is done, and the doing: lot and number make it another each time.
my @doings = (
	['captured', sub { capture($ledger, document(%good, lot => "L$_[0]",
				serials => [map { "7Q2M9XKD$_[0]$_" } 'A' .. 'C'])) }],
	['received', sub { assay('receive', scan_of('GOOD1', $_[1]), '--folder', $ledger, '--as', 'pharmacist') }],
	['supplied', sub { assay('supply', scan_of('GOOD1', $_[1]), '--folder', $ledger, '--as', 'pharmacist') }],
	['recorded about a person', sub { assay('person', '--add', "Test Person $_[0]", '--folder', $ledger,
				'--as', 'hospital') }],
);
my @serials = map { sprintf '9T4MXW7Q%02dK', $_ } 1 .. 40;
my @files = qw(ledger.db state.db view.db attachments.db vault.db);

# Whether it is there, as far as others can see.
sub amount {
	my ($path) = @_;
	($code, $body) = http($ledger, 'pharmacist', $path);
	return $body;
}

sub supplied { return amount('/api/v1/stock') =~ /"supplied":(\d+)/ ? $1 : 0 }

SKIP: {
	skip 'no compiler for a disk that is full', 1 if !%full;
	ok(make_ledger($ledger) && start($ledger, %full), 'an appliance runs');
	($status, $said) = capture($ledger, document(%good, serials => \@serials));
	is($status, 0, 'a lot is captured') or diag($said);
	assay('lot', $_, '--gtin', $gtin, '--lot', 'GOOD1', '--folder', $ledger, '--as', 'maker')
		for qw(close release);
	my $number = 0;
	for my $file (@files) {
		for my $doing (@doings) {
			my ($name, $do) = @$doing;
			my ($lot, $serial) = (sprintf('F%02d', ++$number), $serials[$number]);
			my $before = $name eq 'supplied' ? supplied() : 0;
			fill("/$file");
			($status, $said) = $do->($lot, $serial);
			my $ended = !is_running($ledger);
			unlink "$place/full";
			# not every doing writes to every file
			if ($status == 0) {
				pass("$file full: $name all the same");
				next;
			}
			is($status, 2, "$file full: not $name, status 2");
			my $words = $said . ($ended ? slurp(log_of($ledger)) : '');
			like($words, qr/full|space|room/i, '... and the sentence says so') or diag($words);
			if ($ended) {
				stop($ledger);
				ok(start($ledger, %full), '... the appliance starts again when there is room');
			}
			($status, $said) = $do->($lot, $serial);
			ok($status == 0 || $said =~ /before|already/, '... and it is done by doing it again')
				or diag($said);
			is(supplied(), $before + 1, '... once') if $name eq 'supplied';
		}
	}
	stop($ledger);
	is_clean($ledger, 'after all that');
	my (undef, $audited) = assay('audit', '--json', $ledger);
	my (undef, $rebuilt) = assay('rebuild', '--json', '--folder', $ledger);
	my ($one) = $audited =~ /"digest":"(\w+)"/;
	like($rebuilt, qr/$one/, 'state.db comes out the same when it is made again');
}
# ---- the disk itself ----

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

# ---- an old backup put back ----

my $kept = "$place/backup";
my $again = "$place/again";
ok(make_ledger($again) && start($again) && stop($again), 'another ledger is made');
system 'cp', '-a', $again, $kept;
ok(start($again), '... and runs');
($status, $said) = capture($again, document(%good));
is($status, 0, 'a lot is captured') or diag($said);
stop($again);
# All but what is kept to tell: `floor`, the last size that was signed.
for my $file (qw(ledger.db state.db view.db attachments.db)) {
	unlink "$again/$file-wal", "$again/$file-shm";
	copy("$kept/$file", "$again/$file") or die "$file: $!";
}
($status, $said) = assay('run', '--folder', $again);
is($status, 2, 'an old ledger put back under the newer floor: status 2');
like($said, qr/floor|older|backup|signed/i, '... and the sentence says so') or diag($said);
# With everything put back, only a second place for the floor can tell.
my $second = "$place/second-floor";
my $copied = "$place/copied";
($status, $said) = assay('init', '--plan', 'deploy/demo/plan.json', '--folder', $copied, '--http-port',
	free_port(), '--station-port', free_port(), '--second-floor', $second);
is($status, 0, 'a ledger with a second place for its floor is made') or diag($said);
system "cp -a $copied $copied.old";
ok(start($copied), '... and runs');
($status, $said) = capture($copied, document(%good));
is($status, 0, 'a lot is captured') or diag($said);
stop($copied);
system "rm -r $copied && cp -a $copied.old $copied";
($status, $said) = assay('run', '--folder', $copied);
is($status, 2, 'the whole folder put back: status 2');
like($said, qr/floor|older|backup|signed/i, '... and the sentence says so') or diag($said);

done_testing();
