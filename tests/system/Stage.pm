# What system tests in Perl share: a demo appliance in a folder of its own, commands, requests,
# documents, disks that are full, a clock that is late. BUILD says which program is tested.
package Stage;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Test::More;

our @EXPORT = qw($assay $place $gtin $gs %good free_port spew slurp run assay log_of start stop is_running
	make_ledger url http tree_size grew_by_seals is_clean document capture mount_tmpfs
	full_disk later_clock);

our $assay = abs_path(($ENV{BUILD} // 'build') . '/assay');
our $place = tempdir('assay-bad-XXXXXX', TMPDIR => 1, CLEANUP => 1);
our $gtin = '05012345678900';
our $gs = "\x1d";
our %good = (gtin => $gtin, lot => 'GOOD1', expiry => '2028-03-31',
	serials => [qw(7Q2M9XKD4T1A 7Q2M9XKD4T1B 7Q2M9XKD4T1C)], space => 'urn:epcglobal:epcis:xsd:2');
my %running; # folder -> pid
my %mounted;

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

sub is_running {
	my ($folder) = @_;
	my $pid = $running{$folder} or return 0;
	# a moment for one that is about to end
	for (1 .. 20) {
		return 0 if !-e "/proc/$pid" || slurp("/proc/$pid/stat") =~ /\) Z /;
		select undef, undef, undef, 0.02;
	}
	return 1;
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

sub capture {
	my ($folder, $bytes) = @_;
	my $path = spew("$place/document.xml", $bytes);
	return assay('capture', $path, '--folder', $folder, '--as', 'maker');
}

sub mount_tmpfs {
	my ($path, $options) = @_;
	mkdir $path;
	return 0 if $> != 0 || system("mount -t tmpfs -o $options tmpfs $path 2>/dev/null") != 0;
	return $mounted{$path} = 1;
}

# A library to be loaded before the program, built from C; undef without a compiler.
sub library {
	my ($name, $source) = @_;
	my $path = "$place/$name.so";
	spew("$place/$name.c", $source);
	return system("gcc -shared -fPIC -o $path $place/$name.c -ldl 2>/dev/null") == 0 ? $path : undef;
}

# Environment of a program whose clock is late by so many seconds; empty without a compiler.
sub later_clock {
	my ($seconds) = @_;
	my $path = library('clock', <<'END') or return;
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
	return (LD_PRELOAD => $path, LATER_S => $seconds, ASAN_OPTIONS => 'verify_asan_link_order=0');
}

# Environment of a program to which a file (and what SQLite keeps beside it) is on a full disk as
# long as "$place/full" names it: a line of that file is a part of the path.
sub full_disk {
	my $path = library('full', <<'END') or return;
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int is_full(int fd)
{
	char link[64], path[4096], word[256] = "";
	const char *list = getenv("FULL_LIST");
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t size = readlink(link, path, sizeof path - 1);
	FILE *file = size > 0 && list ? fopen(list, "re") : NULL;
	if (!file)
		return 0;
	path[size] = 0;
	int full = fgets(word, sizeof word, file) != NULL;
	word[strcspn(word, "\n")] = 0;
	fclose(file);
	return full && word[0] && strstr(path, word) != NULL;
}
#define NEXT(name, type) type real; *(void **)&real = dlsym(RTLD_NEXT, name)
typedef ssize_t (*pwrite_type)(int, const void *, size_t, off_t);
typedef ssize_t (*write_type)(int, const void *, size_t);
ssize_t pwrite(int fd, const void *at, size_t size, off_t to)
{
	if (is_full(fd))
		return errno = ENOSPC, -1;
	NEXT("pwrite", pwrite_type);
	return real(fd, at, size, to);
}
ssize_t pwrite64(int fd, const void *at, size_t size, off_t to)
{
	if (is_full(fd))
		return errno = ENOSPC, -1;
	NEXT("pwrite64", pwrite_type);
	return real(fd, at, size, to);
}
ssize_t write(int fd, const void *at, size_t size)
{
	if (is_full(fd))
		return errno = ENOSPC, -1;
	NEXT("write", write_type);
	return real(fd, at, size);
}
END
	return (LD_PRELOAD => $path, FULL_LIST => "$place/full", ASAN_OPTIONS => 'verify_asan_link_order=0');
}

END {
	my $kept = $?;
	stop($_) for keys %running;
	system 'umount', '-l', $_ for keys %mounted;
	$? = $kept;
}

1;
