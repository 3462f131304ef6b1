#!/usr/bin/perl
# The demo story, as a new user runs it: every step gives what it should, a second run goes on with
# what is there, and neither serial numbers nor places nor parties are where they must not be.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $build = $ENV{BUILD} // 'build';
my $assay = "$build/assay";
my $folder = tempdir('assay-story-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $demo = "$folder/demo"; # where run_demo runs

sub slurp {
	my ($path) = @_;
	open my $in, '<:raw', $path or return '';
	local $/;
	return scalar <$in>;
}

sub run_demo {
	my ($name, @options) = @_;
	my $output = `$assay demo --once --folder $demo @options 2>&1`;
	is($? >> 8, 0, "$name: each step gives what it should") or diag($output);
	return $output;
}

# The bytes of the ledger and of all tiles, as anybody gets them.
sub files_with {
	my ($word) = @_;
	my @with;
	for my $path (glob "$demo/ledger.db* $demo/state.db*") {
		push @with, $path if index(slurp($path), $word) >= 0;
	}
	return join ' ', @with;
}

my $first = run_demo('first run');
my @words = (
	['registers the lot', 'packs +5000'],
	['receives the pallet by its SSCC', 'from +maker\.example'],
	['its code is known and unused', 'verdict +active'],
	['a copy, or the pack came back', 'verdict +already_supplied'],
	['never commissioned', 'verdict +unknown_serial'],
	['another expiry date', 'verdict +expiry_mismatch'],
	['without serial number', 'verdict +lot_active'],
	['that nobody registers', 'colour +grey'],
	['voids that', 'verdict +active'],
	['without having read its code', 'refused +not_in_hand'],
	['sees the alerts', 'already_supplied raised by hospital\.example'],
	['scans another pack of it', 'verdict +recalled'],
	['cleared, with the reasons', 'clearance +cleared'],
	['not cleared, at once', 'clearance +not_cleared'],
	['60 days old', 'clearance +cannot_tell'],
	['with nothing but the policy', 'answer +genuine'],
	['without a policy', 'answer +cannot tell'],
	['one byte of the supply', 'finding +statement bytes'],
);
for my $row (@words) {
	my ($step, $line) = @$row;
	like($first, qr/^\s*\d+\. [^\n]*\Q$step\E[^\n]*\n(?:      [^\n]*\n)*      $line\b/m,
		"step \"$step\" shows $line");
}
unlike($first, qr/FAILED/, 'nothing failed');

my ($run) = glob "$demo/demo/*";
my ($serial) = slurp("$run/1-commissioning.xml") =~ m{/21/([A-Z0-9]{12,})<};
ok(defined $serial, 'the commissioning file names serial numbers');
my ($gln) = slurp("$run/2-packing.xml") =~ m{/414/(\d{13})<};
ok(defined $gln, 'the packing file names a place');
my ($sscc) = slurp("$run/2-packing.xml") =~ m{/00/(\d{18})<};
ok(defined $sscc, 'the packing file names a case');
my @secret = (
	['a commissioned serial number', $serial],
	['the code of a case', $sscc],
	['the GLN of a place', $gln],
	['the name of a place', 'Demo Pharmacy'],
	['the name of a tenant', 'pharmacy"'],
	['the name of a person', 'Test Person-One'],
);
for my $row (@secret) {
	my ($what, $bytes) = @$row;
	is(files_with($bytes), '', "$what is not in ledger.db or state.db");
}
isnt(files_with('maker.example'), '', 'a member\'s name is there: the search finds what is there');

my $second = run_demo('second run');
like($second, qr/there is a ledger in/, 'a second run goes on with what is there');
my @runs = glob "$demo/demo/*";
is(scalar @runs, 2, 'each run keeps its files');
my $audit = `$assay audit $demo`;
is($? >> 8, 0, 'the ledger of both runs is clean') or diag($audit);

$demo = "$folder/alone";
my $alone = run_demo('one organisation alone', '--alone');
like($alone, qr/stock +you hold 3, supplied 2/, 'a pharmacy alone: a notice finds its stock');
like($alone, qr/file +\S*action-record\.json.*answer +genuine/s,
	'... and its answer is a record that an inspector can check');
like($alone, qr/adult ward asks.*clearance +cleared.*children's ward asks.*clearance +not_cleared/s,
	'a hospital alone: bank staff are cleared ward by ward');
like($alone, qr/without signing in\n(?:      [^\n]*\n)*      verdict +active/,
	'a maker alone: anybody may ask about a code');

done_testing();
