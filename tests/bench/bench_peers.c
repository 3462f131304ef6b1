/* What a user would pick instead, on this machine: `make bench BENCH=peers` runs tests/bench/peers,
 * which tells the rest. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	(void)execl("tests/bench/peers", "peers", (char *)NULL);
	perror("tests/bench/peers, from the repository's root");
	return 1;
}
