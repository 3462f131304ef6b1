#!/usr/bin/perl
# The layout is the architecture: includes point one way, each outside library is included by one
# module, nothing includes tests. See docs/contract.md, "Includes".
use strict;
use warnings;
use open qw(:std :encoding(UTF-8));

my @files = grep { m{^(gs1|ledger|scanners|appliance)/} } split /\n/, `git ls-files -co --exclude-standard '*.c' '*.h'`;
my @problems;

# module of a path: its folder, with ledger/ and appliance/ themselves as the topmost of theirs
sub module { my ($path) = @_; $path =~ m{^(.*)/[^/]+$} ? $1 : '' }

# what each layer may include (prefixes of paths)
my %may = (
	'gs1/syntax'         => [qw(gs1/syntax ledger/base)],
	'gs1/epcis'          => [qw(gs1 ledger/base)],
	'ledger/base'        => [qw(ledger/base)],
	'ledger/proof'       => [qw(ledger/base ledger/proof)],
	'ledger/members'     => [qw(ledger)],
	'ledger/store'       => [qw(ledger)],
	'ledger/order'       => [qw(ledger)],
	'ledger'             => [qw(ledger)],
	'scanners/input'     => [qw(scanners gs1 ledger/base ledger/proof)],
	'scanners/symbol'    => [qw(scanners gs1 ledger/base ledger/proof)],
	'scanners/station'   => [qw(scanners gs1 ledger/base ledger/proof)],
	'appliance/rules'    => [qw(appliance/rules gs1 ledger/base ledger/proof ledger/members ledger/store/table.h ledger/app.h ledger/outcome.h)],
	'appliance/view'     => [qw(appliance/rules appliance/view scanners gs1 ledger)],
	'appliance/people'   => [qw(appliance/rules appliance/view appliance/people scanners gs1 ledger)],
	'appliance/http'     => [qw(appliance/rules appliance/view appliance/people appliance/http scanners gs1 ledger)],
	'appliance/cli'      => [qw(appliance scanners gs1 ledger)],
	'appliance'          => [qw(appliance scanners gs1 ledger)],
);
my %never = ('appliance/rules' => [qw(ledger/base/db.h ledger/base/channel.h)]);

# outside library header => the files that may include it
my @outside = (
	[qr{^sqlite3\.h$},        qr{^ledger/base/db(_fault|_sums)?\.c$}],
	[qr{^zmq(_utils)?\.h$},   qr{^ledger/base/channel\.c$}],
	[qr{^sodium(\.h|/)},      qr{^ledger/base/crypto\.c$}],
	[qr{^libxml/},            qr{^gs1/epcis/xml_\w+\.c$}],
	[qr{^microhttpd\.h$},     qr{^appliance/http/}],
	[qr{^gnutls/},            qr{^appliance/http/}],
	[qr{^curl/},              qr{^appliance/cli/client\.c$}],
	[qr{^qrencode\.h$},       qr{^scanners/symbol/}],
	[qr{^png\.h$},            qr{^scanners/symbol/}],
	[qr{^zbar\.h$},           qr{^scanners/symbol/}],
	[qr{^zlib\.h$},           qr{^appliance/people/status_list\.c$}],
	[qr{^jansson\.h$},        qr{^appliance/(?!rules/)}],
	[qr{^raft\.h$},           qr{^ledger/order/raft_library\.c$}],
);

my $count = 0;
for my $file (@files) {
	open my $in, '<', $file or next;
	my $module = module($file);
	push @problems, "$file: folder $module is not in the design" unless $may{$module};
	my $line = 0;
	my $first = 1;
	while (<$in>) {
		$line++;
		next unless /^\s*#\s*include\s*(["<])([^">]+)[">]/;
		my ($kind, $name) = ($1, $2);
		$count++;
		if ($kind eq '"') {
			# its own header, or one of its module's that takes it in (x_inside.h)
			if ($first && $file =~ /^(.*)\.c$/ && -e "$1.h" && module($name) ne $module) {
				push @problems, "$file:$line: its own header comes first";
			}
			$first = 0;
			push @problems, "$file:$line: includes tests" if $name =~ m{^tests/};
			my $allowed = grep { $name eq $_ || (!/\.h$/ && index($name, "$_/") == 0) } @{$may{$module} || []};
			push @problems, "$file:$line: $module must not include $name" unless $allowed || $name =~ m{^gen/};
			push @problems, "$file:$line: $module must not include $name" if grep { $name eq $_ } @{$never{$module} || []};
			# within ledger: base < proof < store, members < order < node
			push @problems, "$file:$line: ledger/store knows no members" if $module eq 'ledger/store' && $name =~ m{^ledger/(members|order)/};
		} else {
			for my $rule (@outside) {
				push @problems, "$file:$line: $name belongs to another module" if $name =~ $rule->[0] && $file !~ $rule->[1];
			}
		}
	}
}

my @style;
for my $file (@files, split /\n/, `git ls-files -co --exclude-standard 'tests/*.c' 'tests/*.h'`) {
	next unless -e $file;
	open my $in, '<', $file or next;
	my ($line, $start) = (0, 0);
	while (<$in>) {
		$line++;
		chomp;
		# the backslash of a macro's table stands as far out as its longest row
		(my $wide = $_) =~ s/\s*\\$//;
		$wide =~ s/\t/        /g;
		push @style, "$file:$line: wider than 100 columns" if length($wide) > 100 && $file !~ /_table\.c$/;
		push @style, "$file:$line: white space at the end" if /\s$/;
		$start = $line if /^\{/;
		if (/^\}/ && $start) {
			push @style, "$file:$start: function of " . ($line - $start - 1) . " lines" if $line - $start - 1 > 70;
			$start = 0;
		}
	}
	push @style, "$file: $line lines; a file that long is usually two" if $line > 600 && $file !~ /_table\.c$/;
	push @style, "$file: a name that says nothing" if $file =~ m{(^|/)(utils?|helpers?|common|misc)(\.|/)};
}

print "1..3\n";
sub verdict { my ($n, $name, @bad) = @_; print "# $_\n" for @bad; print @bad ? 'not ' : '', "ok $n - $name\n"; }
verdict(1, "there are includes to look at ($count)", $count > 50 ? () : ('too few found'));
verdict(2, 'includes point one way', @problems);
verdict(3, 'files keep to the shape: columns, function and file length, names', @style);
exit(@problems || @style ? 1 : 0);
