#!/bin/bash
# Consensus alone under random faults, a few seeds of each size, and one seed that finds each guard
# missing that random play can find (the others: tests/unit/test_raft_guards.c). More:
# make sim SEEDS=20000 MEMBERS=5
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
# guard:members:seed
for mutant in $(sed -n 's/^mutant //p' tests/sim/mutants); do
	IFS=: read -r guard members seed <<<"$mutant"
	"$sim" --seeds 1 --members "$members" --first "$seed" --off "$guard" >/dev/null
	[ $? = 1 ]
	ok $? "without guard $guard seed $seed of $members servers fails"
done
echo "1..$tests"
exit $failed
