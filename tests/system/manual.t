#!/usr/bin/perl
# The documents against the program: commands and options of the manual page, routes of docs/api.md,
# shell completion, links between pages.
use strict;
use warnings;

my $build = $ENV{BUILD} // 'build';
my $assay = "$build/assay";

sub slurp {
	my ($path) = @_;
	open my $in, '<', $path or die "cannot read $path: $!\n";
	local $/;
	return <$in>;
}

# What the program says of itself: command -> {option -> 1}.
my %said;
for (split /\n/, `$assay --help`) {
	$said{$1} = {} if /^  ([a-z0-9-]+) /;
}
for my $command (keys %said) {
	$said{$command}{$_} = 1 for `$assay $command --help` =~ /^  (--[a-z0-9-]+)/mg;
}

# What the manual page says. Options of all commands, and of those that ask, stand at its head.
my (%told, %general, $command);
for (split /\n/, slurp('docs/assay.1')) {
	if (/^\.Sh (.*)/) {
		$command = $1 eq 'DESCRIPTION' ? '' : undef;
	} elsif (/^\.It Cm ([a-z0-9-]+)/) {
		$command = $1;
		$told{$command} = {};
	} elsif (/^\.It Fl -([a-z0-9-]+)/ && defined $command) {
		$command eq '' ? $general{"--$1"} = 1 : ($told{$command}{"--$1"} = 1);
	}
}

my (@commands, @options);
push @commands, "$_ is a command and not in docs/assay.1" for grep { !$told{$_} } sort keys %said;
push @commands, "$_ is in docs/assay.1 and no command" for grep { !$said{$_} } sort keys %told;
for my $c (grep { $told{$_} } sort keys %said) {
	push @options, "assay $c $_ is not in docs/assay.1"
		for grep { !$told{$c}{$_} && !$general{$_} } sort keys %{$said{$c}};
	push @options, "docs/assay.1 has $c $_, which the command has not"
		for grep { !$said{$c}{$_} } sort keys %{$told{$c}};
}

# Each route of the interface has a row, and each row a route: "/api/v1/x/*" is a row beginning so.
my (@routes, @code, %defined);
for my $file (glob 'appliance/http/api*.[ch]') {
	my $text = slurp($file);
	$defined{$1} = $2 while $text =~ /^#define (\w+) +"(\/[^"]*)"/mg;
}
for my $file (glob 'appliance/http/api_*.c') {
	my $text = slurp($file);
	push @code, [$1, $2 // $defined{$3}] while $text =~ /^\t\{"([A-Z]+)", (?:"([^"]+)"|(\w+)),/mg;
}
my $api = slurp('docs/api.md');
my @rows;
for my $cell ($api =~ /^\| (`[^|]*`)/mg) {
	my ($method) = $cell =~ /`([A-Z]+) /;
	$cell =~ s/\[[^\]]*\]//g;
	push @rows, [$method, $_] for $cell =~ m{[` ](/[^`? ]*)}g;
}
for (@code) {
	my ($method, $path) = @$_;
	(my $start = $path) =~ s/\*$//;
	push @routes, "$method $path has no row in docs/api.md" unless grep {
		$_->[0] eq $method && ($start eq $path ? $_->[1] eq $path || $path =~ /\Q$_->[1]\E$/
			: index($_->[1], $start) == 0)
	} @rows;
}
for (@rows) {
	my ($method, $path) = @$_;
	next if $path eq '/' || $path =~ /^\/(app\.js|sign-out)$/;
	push @routes, "docs/api.md: $method $path is no route" unless grep {
		my ($m, $p) = @$_;
		my $start = $p;
		$m eq $method && ($start =~ s/\*$// ? index($path, $start) == 0 : $p eq $path)
	} @code;
}

# Completion: made, read by bash, and it completes.
my $completion = `deploy/completion/generate $assay`;
my @completion;
my $script = "$build/assay.completion";
open my $out, '>', $script or die "cannot write $script: $!\n";
print $out $completion;
close $out or die "cannot write $script: $!\n";
my %wanted = ('assay ver' => 'verify', 'assay verify --pol' => '--policy', 'assay audit --fol' => '--folder');
for my $line (sort keys %wanted) {
	my @words = split / /, $line;
	my $last = $#words;
	my $got = `bash -c '. $script; COMP_WORDS=(@words); COMP_CWORD=$last; _assay; echo "\${COMPREPLY[*]}"'`;
	chomp $got;
	push @completion, "'$line' is completed to '$got'" unless $got eq $wanted{$line};
}

# Links between pages, pictures aside: they are made by hand and may be elsewhere.
my @links;
for my $page ('README.md', 'CONTRIBUTING.md', glob 'docs/*.md') {
	(my $folder = $page) =~ s{[^/]*$}{};
	for my $to (slurp($page) =~ /\]\(([^)#:]+)(?:#[^)]*)?\)/g) {
		push @links, "$page leads to $to, which is not there"
			unless -e "$folder$to" || $to =~ /\.png$/;
	}
}

print "1..6\n";
my $number = 0;
sub verdict {
	my ($name, @bad) = @_;
	$number++;
	print "# $_\n" for @bad;
	print @bad ? 'not ' : '', "ok $number - $name\n";
}
verdict('the program lists its commands', keys %said > 20 ? () : 'assay --help says too little');
verdict('the manual page has every command and no other', @commands);
verdict('the manual page has every option and no other', @options);
verdict('docs/api.md has every route and no other', @code > 20 ? @routes : 'no routes found');
verdict('shell completion completes commands and options', @completion);
verdict('links between pages lead to files', @links);
