#!/usr/bin/perl
# `assay gs1 validate`, `convert` and `hash`, on documents of our own: every form of a document is valid
# and hashes the same; what is wrong is named with line and element; standard input does as well.
use strict;
use warnings;
use Test::More;

my $assay = ($ENV{BUILD} || 'build') . '/assay';
my $folder = 'tests/vectors/epcis';

# output and exit status of a shell command
sub answer { my ($command) = @_; my $out = `$command 2>&1`; ($out, $? >> 8) }

for my $name (qw(commission move rest)) {
	my $file = "$folder/$name.xml";
	my ($said, $status) = answer("$assay gs1 validate $file");
	is($status, 0, "$name is valid");
	like($said, qr/valid, xml-2\.0, \d+ events/, "$name: form and number are said");
	my ($hashes) = answer("$assay gs1 hash $file");
	like($hashes, qr/\A(?:ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0\n)+\z/, "$name: one hash a line");
	for my $form (qw(xml-1.2 xml-2.0 jsonld cbor)) {
		my ($other) = answer("$assay gs1 convert --lossy --to $form $file | $assay gs1 hash -");
		is($other, $hashes, "$name as $form has the same hashes");
	}
	my ($texts) = answer("$assay gs1 hash --prehash $file");
	like($texts, qr/\AeventType=\w+EventeventTime=/, "$name: the text that is hashed");
}

my ($one_name) = answer("$assay gs1 hash --prehash $folder/commission.xml");
my ($as_written) = answer("$assay gs1 hash --prehash --as-written $folder/commission.xml");
like($one_name, qr/\{urn:epcglobal:cbv:mda:\}lotNumber/, 'one name for master data');
is($as_written =~ s/cbv:mda\}/cbv:mda:}/gr, $one_name, 'as written: the namespace of the document');

my ($why, $refused) = answer("$assay gs1 convert --to xml-1.2 $folder/commission.xml");
is($refused, 2, 'a header that 1.2 has no place for is not dropped silently');
like($why, qr/needs a StandardBusinessDocumentHeader/, 'and it is said why');

open my $in, '<', "$folder/commission.xml" or die;
my $right = do { local $/; <$in> };
close $in;

sub given { my ($text, $rest) = @_;
	open my $out, '|-', "$assay gs1 $rest >/dev/null 2>&1" or die;
	print $out $text;
	close $out;
	$? >> 8 }

is(given($right, 'validate -'), 0, 'standard input is read');
is(given($right =~ s/<action>ADD/<action>MAKE/r, 'validate -'), 1, 'what is not valid is answered no');
is(given($right =~ s/<action>ADD/<action>MAKE/r, 'convert --to jsonld -'), 2, 'and is not converted');
is(given($right, 'convert --to pdf -'), 2, 'a form that there is not');
is(given($right, 'validate'), 2, 'no file');
my ($json, $status) = answer("printf '<a/>' | $assay gs1 validate --json -");
like($json, qr/"valid":false.*"line":1,"text":"line 1: <a> is not EPCISDocument/, 'a fault as JSON');

done_testing();
