#!/bin/bash
# Consensus alone under random faults, a few seeds of each size, and the seeds that have to find what
# tests/sim/mutants says. More: make sim SEEDS=20000 MEMBERS=5
cd "$(dirname "$0")/../.." || exit 2
sim=${BUILD:-build}/raft_sim
tests=0
failed=0
ok() { # STATUS NAME
	tests=$((tests + 1))
	[ "$1" = 0 ] || { failed=1 && printf 'not '; }
	echo "ok $tests - $2"
}
for members in 3 4 5 7; do
	said=$("$sim" --seeds 20 --members $members --first 7 --stride 1009)
	status=$?
	echo "$said" | sed 's/^/# /'
	ok $status "$members servers: nothing lost, one order, progress after the faults"
done
once=$("$sim" --seeds 1 --members 5 --first 4711)
ok "$([ "$once" = "$("$sim" --seeds 1 --members 5 --first 4711)" ]; echo $?)" 'a seed plays the same twice'
for mutant in $(sed -n 's/^mutant //p' tests/sim/mutants); do
	IFS=: read -r letter members first seeds <<<"$mutant"
	said=$("$sim" --seeds "$seeds" --members "$members" --first "$first" --off "$letter")
	[ $? = 1 ]
	ok $? "mutant $letter is found: $(sed -n '1s/.* ms: //p' <<<"$said")"
done
echo "1..$tests"
exit $failed
