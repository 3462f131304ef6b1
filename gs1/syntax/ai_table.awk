# Makes ai_table.c from the GS1 Barcode Syntax Dictionary:
#	awk -f gs1/syntax/ai_table.awk gs1-syntax-dictionary.txt > gs1/syntax/ai_table.c
# The dictionary's own head describes its format. Lists of components and of AI patterns that
# occur more than once are written once.

function fail(why) {
	print "ai_table.awk: line " NR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

# One component, "N13,csum,gcppos1" or "[X..17]", as an initializer.
function component(text, optional, parts, n, i, set, low, high, lints) {
	optional = "false"
	if (sub(/^\[/, "", text)) {
		optional = "true"
		sub(/\]/, "", text)
	}
	n = split(text, parts, ",")
	set = substr(parts[1], 1, 1)
	high = substr(parts[1], 2)
	low = high
	if (sub(/^\.\./, "", high))
		low = 1
	if (index("NXYZ", set) == 0 || high !~ /^[0-9]+$/)
		fail("component " text)
	lints = ""
	for (i = 2; i <= n; i++)
		lints = lints (i > 2 ? ", " : "") "GS1_LINT_" toupper(parts[i])
	if (lints == "")
		lints = "0"
	if (optional == "false")
		row_min += low
	row_max += high
	return "{'" set "', " low ", " high ", " optional ", {" lints "}},"
}

# "01+21,02,35nn" as terms with what joins them; last says what stands behind the last.
function terms(text, or, and, alternatives, i, parts, n, j, out, count) {
	count = split(text, alternatives, or)
	out = ""
	for (i = 1; i <= count; i++) {
		n = split(alternatives[i], parts, and)
		for (j = 1; j <= n; j++) {
			out = out sprintf("{%d, %d, %s},", low_of(parts[j]), high_of(parts[j]),
				j < n ? "GS1_JOIN_AND" : i < count ? "GS1_JOIN_OR" : "GS1_JOIN_END")
			terms_count++
		}
	}
	return out
}

function low_of(pattern) {
	gsub(/n/, "0", pattern)
	return pattern + 0
}

function high_of(pattern) {
	gsub(/n/, "9", pattern)
	return pattern + 0
}

# The place of a list in its array; the list is added when it is new.
function place(kind, list, count) {
	if (count == 0)
		return 0
	if (!((kind, list) in placed)) {
		placed[kind, list] = next_place[kind] + 0
		next_place[kind] += count
		arrays[kind] = arrays[kind] "\t" list "\n"
	}
	return placed[kind, list]
}

/^# Release:/ { release = $3 }
/^#/ || NF == 0 { next }

{
	title = ""
	line = $0
	if (match(line, /#/)) {
		title = substr(line, RSTART + 1)
		line = substr(line, 1, RSTART - 1)
		gsub(/^[ \t]+|[ \t]+$/, "", title)
		gsub(/["\\]/, "\\\\&", title)
	}
	fields = split(line, field, /[ \t]+/)
	split(field[1], range, "-")
	low = range[1]
	high = (range[2] != "" ? range[2] : low)
	at = 2
	flags = ""
	if (field[at] ~ /^[*?]+$/) {
		if (field[at] ~ /\*/)
			flags = flags " | GS1_AI_PREDEFINED"
		if (field[at] ~ /\?/)
			flags = flags " | GS1_AI_ATTRIBUTE"
		at++
	}
	components = needs = excludes = qualifiers = ""
	components_count = needs_count = excludes_count = qualifiers_count = 0
	row_min = row_max = 0
	for (; at <= fields; at++) {
		terms_count = 0
		if (field[at] == "")
			continue
		if (field[at] ~ /^req=/) {
			needs = needs terms(substr(field[at], 5), ",", "+")
			needs_count += terms_count
		} else if (field[at] ~ /^ex=/) {
			excludes = excludes terms(substr(field[at], 4), ",", "+")
			excludes_count += terms_count
		} else if (field[at] ~ /^dlpkey/) {
			flags = flags " | GS1_AI_KEY"
			if (sub(/^dlpkey=/, "", field[at])) {
				qualifiers = qualifiers terms(field[at], "|", ",")
				qualifiers_count += terms_count
			}
		} else {
			components = components component(field[at])
			components_count++
		}
	}
	sub(/^ \| /, "", flags)
	for (prefix = substr(low, 1, 2) + 0; prefix <= substr(high, 1, 2) + 0; prefix++) {
		if (!(prefix in first))
			first[prefix] = rows_count + 0
		if (prefix in digits && digits[prefix] != length(low))
			fail("two lengths of AI under one prefix")
		digits[prefix] = length(low)
		under[prefix]++
	}
	rows_count++
	rows = rows sprintf("\t{%d, %d, %d, %s, %d, %d, %d, %d, %d, %d,\n", low, high, length(low),
		flags == "" ? "0" : flags, row_min, row_max, components_count, needs_count,
		excludes_count, qualifiers_count)
	rows = rows sprintf("\t\tcomponents + %d, terms + %d, terms + %d, terms + %d, \"%s\"},\n",
		place("c", components, components_count), place("t", needs, needs_count),
		place("t", excludes, excludes_count), place("t", qualifiers, qualifiers_count), title)
}

END {
	if (failed)
		exit 1
	print "/* Made by ai_table.awk from the GS1 Barcode Syntax Dictionary, release " release "."
	print " * Do not edit. */"
	print "#include \"gs1/syntax/ai_table.h\""
	print "#include \"gs1/syntax/lint.h\""
	print "\n/* clang-format off */"
	print "const char gs1_ai_release[] = \"" release "\";\n"
	print "static const struct gs1_component components[] = {\n" arrays["c"] "};\n"
	print "static const struct gs1_term terms[] = {\n" arrays["t"] "};\n"
	print "const struct gs1_ai gs1_ai_table[GS1_AI_ROWS] = {\n" rows "};\n"
	print "const struct gs1_ai_prefix gs1_ai_prefixes[100] = {"
	for (prefix = 0; prefix < 100; prefix++)
		if (prefix in first)
			printf "\t[%d] = {%d, %d, %d},\n", prefix, first[prefix], under[prefix],
				digits[prefix]
	print "};"
	print "_Static_assert(GS1_AI_ROWS == " rows_count ", \"ai_table.h says how many rows there are\");"
}
