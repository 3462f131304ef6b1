#!/usr/bin/perl
# Two processes on one folder, whatever they are: what may not run beside an appliance says who is
# in the way and changes nothing, what may does its work. And an appliance whose clock goes back and
# forth an hour under it.
use strict;
use warnings;
use lib 'tests/system';
use Stage;
use Test::More;

my ($status, $said);
my $ledger = "$place/ledger";

ok(make_ledger($ledger) && start($ledger), 'an appliance runs');
($status, $said) = capture($ledger, document(%good));
is($status, 0, 'a lot is captured') or diag($said);

# ---- what may not ----

my @state = map { -s "$ledger/$_" } qw(ledger.db state.db);
my $backup = "$place/backup";
my $export = "$place/export";
for my $row (
	['run', 'run', '--folder', $ledger],
	['rebuild', 'rebuild', '--folder', $ledger]) {
	my ($name, @words) = @$row;
	($status, $said) = assay(@words);
	is($status, 2, "$name beside a running appliance: status 2");
	like($said, qr/another process \(\d+\)/, '... and says which is in the way') or diag($said);
}
for my $row (
	['init', 'init', '--plan', 'deploy/demo/plan.json', '--folder', $ledger],
	['import', 'import', $export, '--folder', $ledger]) {
	my ($name, @words) = @$row;
	($status, $said) = assay(@words);
	is($status, 2, "$name into the folder of one: status 2") or diag($said);
}
ok(is_running($ledger), 'the appliance runs on');

# ---- what may ----

for my $row (
	['audit', 'audit', $ledger],
	['backup', 'backup', '--out', $backup, '--folder', $ledger],
	['export', 'export', $export, '--folder', $ledger],
	['accounts', 'accounts', '--folder', $ledger],
	['stock', 'stock', '--folder', $ledger, '--as', 'maker'],
	['keys', 'keys', 'list', '--folder', $ledger]) {
	my ($name, @words) = @$row;
	($status, $said) = assay(@words);
	is($status, 0, "$name beside a running appliance") or diag($said);
}
($status, $said) = assay('doctor', '--folder', $ledger);
isnt($status, 2, 'doctor beside a running appliance') or diag($said);
unlike($said, qr/^fail  (?!sync )/m, '... finds nothing broken') or diag($said);

# ---- at the same moment ----

stop($ledger);
for my $round (1 .. 4) {
	my @pids;
	for my $n (1, 2) {
		my $pid = fork // die $!;
		if (!$pid) {
			open STDOUT, '>', "$place/race.$n";
			open STDERR, '>&', \*STDOUT;
			exec $assay, ($round % 2 ? 'run' : 'rebuild'), '--folder', $ledger or exit 127;
		}
		push @pids, $pid;
	}
	my %left = map { $_ => 1 } @pids;
	if ($round % 2) {
		# One of them ends, the other becomes ready.
		for (1 .. 600) {
			last if (slurp("$place/race.1") . slurp("$place/race.2")) =~ /^ready/m && keys %left < 2;
			for my $pid (keys %left) {
				delete $left{$pid} if waitpid($pid, 1) == $pid;
			}
			select undef, undef, undef, 0.05;
		}
		is(scalar keys %left, 1, "round $round: of two that start at once one runs");
		kill 'TERM', $_ for keys %left;
	}
	waitpid $_, 0 for keys %left;
	my $both = slurp("$place/race.1") . slurp("$place/race.2");
	like($both, qr/another process/, "round $round: the other says why not") if $round % 2;
	is_clean($ledger, "round $round");
}

# ---- a page that is not what was written ----

for my $file (qw(ledger.db state.db view.db attachments.db users.db)) {
	my $path = "$ledger/$file";
	next if -s $path < 8192;
	my $kept = slurp($path);
	my $bytes = $kept;
	substr($bytes, 4096 + 2000, 1) ^= "\x04";
	spew($path, $bytes);
	($status, $said) = assay('doctor', '--folder', $ledger);
	is($status, 1, "a bit of $file turned: doctor answers 1");
	like($said, qr/^fail\s+pages\s+\S*$file: page 2 is not what was written.*\n\s+next: \S/m,
		'... names file and page, and says what to do')
		or diag($said);
	spew($path, $kept);
}
($status, $said) = assay('doctor', '--folder', $ledger);
like($said, qr/^ok\s+pages/m, 'all right again') or diag($said);

# ---- the clock ----

my $offset = "$place/offset";
my $clock = Stage::library('stepping', <<'END');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *out)
{
	int (*real)(clockid_t, struct timespec *);
	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	int result = real(id, out);
	const char *path = getenv("OFFSET_FILE");
	int fd = !result && path && id == CLOCK_REALTIME ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[24] = "";
	if (fd >= 0) {
		if (read(fd, text, sizeof text - 1) > 0)
			out->tv_sec += atol(text);
		close(fd);
	}
	return result;
}
END
SKIP: {
	skip 'no compiler for a clock that steps', 1 if !$clock;
	spew($offset, '0');
	my %env = (LD_PRELOAD => $clock, OFFSET_FILE => $offset,
		ASAN_OPTIONS => 'verify_asan_link_order=0');
	ok(start($ledger, %env), 'an appliance runs whose clock steps');
	my $lot = 0;
	for my $seconds (3600, 0, -3600, 0, 3600, -3600) {
		spew($offset, $seconds);
		$lot++;
		($status, $said) = capture($ledger, document(%good, lot => "CLOCK$lot",
				serials => [map { "5H3KXWQ9$lot$_" } 'A' .. 'C']));
		is($status, 0, "the clock at $seconds s: a lot is captured") or diag($said);
		($status, $said) = assay('check', "]d201${gtin}17280331" . "10CLOCK$lot${gs}215H3KXWQ9${lot}A",
			'--folder', $ledger, '--as', 'maker');
		isnt($status, 2, '... and a pack of it checked') or diag($said);
	}
	ok(is_running($ledger), 'it runs on');
	for my $seconds (3600, -3600) {
		stop($ledger);
		spew($offset, $seconds);
		ok(start($ledger, %env), "it starts with the clock at $seconds s");
		$lot++;
		($status, $said) = capture($ledger, document(%good, lot => "CLOCK$lot",
				serials => [map { "5H3KXWQ9$lot$_" } 'A' .. 'C']));
		is($status, 0, '... and a lot is captured') or diag($said);
	}
	stop($ledger);
	is_clean($ledger, 'after all that');
	my (undef, $audited) = assay('audit', '--json', $ledger);
	my (undef, $rebuilt) = assay('rebuild', '--json', '--folder', $ledger);
	my ($one) = $audited =~ /"digest":"(\w+)"/;
	like($rebuilt, qr/$one/, 'state.db comes out the same when it is made again');
}

done_testing();
