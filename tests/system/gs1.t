#!/usr/bin/perl
# `assay gs1` from outside: texts, JSON lines, exit status; and the shared sets of vectors through it,
# when they are there.
use strict;
use warnings;
use IPC::Open2;
use JSON::PP;
use Test::More;

my $build = $ENV{BUILD} // 'build';
my $assay = "$build/assay";
my $sets = '../shared/data/gs1/vectors';
my $json = JSON::PP->new->utf8->canonical;

# Exit status and what was printed for arguments.
sub run {
	my (@words) = @_;
	my $pid = open(my $from, '-|') // die $!;
	if (!$pid) {
		open STDERR, '>&', \*STDOUT;
		exec $assay, 'gs1', @words or exit 127;
	}
	my $said = do { local $/; <$from> } // '';
	close $from;
	return ($? >> 8, $said);
}

# Answers to JSON lines; from a file, so that neither side waits for the other.
sub ask {
	my ($words, @rows) = @_;
	my $path = "$build/gs1-rows.$$";
	open my $out, '>:raw', $path or die "$path: $!";
	print $out $json->encode($_), "\n" for @rows;
	close $out;
	my @said = `$assay gs1 @$words --jsonl <$path 2>$path.said`;
	my $status = $? >> 8;
	unlink $path, "$path.said";
	return ($status, map { $json->decode($_) } @said);
}

my ($status, $said) = run('scan', '--json', "]d201095060001343521728040010AB\x1d21X");
my $answer = $json->decode($said);
is("$status $answer->{symbology} $answer->{text}", '0 ]d2 (01)09506000134352(17)280400(10)AB(21)X', 'a scan');
is_deeply($answer->{ais}[1], {ai => '17', value => '280400'}, 'its elements');
is_deeply($answer->{keys}, {gtin => '09506000134352'}, 'its key');
($status, $said) = run('scan', '--json', '(01)09506000134351');
$answer = $json->decode($said);
is("$status $answer->{fault}{ai} $answer->{fault}{rule} $answer->{fault}{marked} $answer->{fault}{at}",
	'1 01 csum (01)0950600013435|1| 17', 'a fault has AI, rule, place and marks');
($status, $said) = run('scan', '--json', ']D201095060001343510AB');
is($status, 1, 'a wrong scan');
($status, $said) = run('scan', '--json', ']D2010950600013435210AB');
$answer = $json->decode($said);
is("$answer->{diagnosis}{damage} $answer->{diagnosis}{repair}", 'caps_lock ]d2010950600013435210ab', 'a diagnosis');
($status, $said) = run('scan', '--strict', '0109506000134352');
is($status, 1, 'strictly an identifier is demanded');
($status, $said) = run('lint', 'iban', 'GB29NWBK60161331926819');
is("$status $said", "0 yes\n", 'a rule');
($status, $said) = run('lint', 'nosuchrule', 'X');
like("$status $said", qr/^2 .*no content rule "nosuchrule"/, 'a rule that is not there');
($status, $said) = run('uri', 'urn:epc:id:sgtin:4012345.012345.X1', '--json', '--prefix', '7');
$answer = $json->decode($said);
is("$answer->{uri} $answer->{urn} $answer->{text}",
	'https://id.gs1.org/01/04012345123456/21/X1 urn:epc:id:sgtin:4012345.012345.X1 (01)04012345123456(21)X1',
	'a URN, a link, elements');
($status, $said) = run('label', '(01)09506000134352(10)AB');
like("$status $said", qr{^0 GTIN \(01\) 09506000134352\nBATCH/LOT \(10\) AB\nhttps://id\.gs1\.org/01/09506000134352/10/AB\n},
	'a label');
for my $words ([], ['nosuchword'], ['scan'], ['lint'], ['scan', '--jsonl', 'X']) {
	($status, $said) = run(@$words);
	is($status, 2, "usage: @$words");
}
($status) = ask(['scan'], {nothing => 1});
is($status, 2, 'a line without its member');
($status, my @mixed) = ask(['scan'], {scan => '0109506000134352'}, {scan_hex => '5d6'}, [], {scan => ''}, {scan_hex => '00'},
	{scan_hex => '5d643231304180'});
is("$status " . join(' ', map { $_->{valid} ? 1 : 0 } @mixed), '2 1 0 0 0 0 0', 'each line is answered');
like($mixed[1]{fault}{text}, qr/^line 2: /, 'the line is named');
is($mixed[5]{fault}{marked}, "(10)A|\x{80}|", 'a byte that is not UTF-8 is shown as the character of its number');
my $many = "$build/gs1-lines.$$";
open my $lines, '>:raw', $many or die $!;
print $lines "\n \t\r\n", '{"scan":"', 'A' x 1100000, qq("}\n), '{"scan":"0109506000134352"}';
close $lines;
my @said = map { $json->decode($_) } `$assay gs1 scan --jsonl <$many 2>$many.said`;
is(join(' ', $? >> 8, map { $_->{valid} ? 1 : 0 } @said), '2 0 1', 'blank lines, one too long, one without an end');
unlink $many, "$many.said";
($status, my @faults) = ask(['lint', 'cset82'], {input => "A\x{e9}"});
is("$status $faults[0]{fault}{at} $faults[0]{fault}{size}", '0 1 1', 'a character up to U+00FF is a byte');

# ---- the shared sets ----

sub rows {
	my ($name) = @_;
	open my $in, '<:raw', "$sets/$name.jsonl" or return;
	return map { $json->decode($_) } <$in>;
}

# How many answers say what the rows expect of `valid` and the pairs of members.
sub agree {
	my ($rows, $answers, $valid, %members) = @_;
	my $same = 0;
	for my $i (0 .. $#$rows) {
		my ($row, $answer) = ($rows->[$i], $answers->[$i]);
		my $expected = $valid->($row) ? 1 : 0;
		my $good = ($answer->{valid} ? 1 : 0) == $expected;
		for my $member (keys %members) {
			next if !$expected || !defined $row->{$members{$member}};
			$good &&= ($answer->{$member} // '') eq $row->{$members{$member}};
		}
		$same += $good;
		diag($json->encode($row), ' ', $json->encode($answer)) if !$good;
	}
	return $same;
}

SKIP: {
	my @scans = rows('pharma_scans');
	skip "$sets is not there", 4 if !@scans;
	my ($exit, @answers) = ask(['scan', '--strict'], map { {scan_hex => $_->{scan_hex}} } @scans);
	is("$exit " . agree(\@scans, \@answers, sub { $_[0]{valid} }, text => 'bracketed'),
		'0 ' . @scans, 'pharmacy scans, strictly');
	my @names = rows('epc_urn_to_digital_link');
	($exit, @answers) = ask(['uri'], map { {input => $_->{input}} } @names);
	is("$exit " . agree(\@names, \@answers, sub { defined $_[0]{expect} }, uri => 'expect'),
		'0 ' . @names, 'names');
	my @numbers = rows('ppn_ifa_format06');
	($exit, @answers) = ask(['ppn'],
		map { $_->{scan_hex} ? {scan_hex => $_->{scan_hex}} : {ppn => $_->{ppn}} } @numbers);
	is("$exit "
			. agree(\@numbers, \@answers, sub { $_[0]{ppn_check_valid} },
			map { $_ => $_ } qw(ppn lot expiry serial)),
		'0 ' . @numbers, 'product numbers');
	my ($same, $all) = (0, 0);
	my %by_rule;
	push @{$by_rule{$_->{linter}}}, $_ for rows('linter_unit');
	delete $by_rule{_stubs};
	for my $rule (sort keys %by_rule) {
		(undef, @answers) = ask(['lint', $rule], map { {input => $_->{input}} } @{$by_rule{$rule}});
		$same += agree($by_rule{$rule}, \@answers, sub { $_[0]{valid} });
		$all += @{$by_rule{$rule}};
	}
	is($same, $all, 'content rules');
}

done_testing();
