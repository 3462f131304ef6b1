#!/bin/bash
# kill -9 of the appliance under load, KILLS times (40; `make kills KILLS=300` for the long run).
export KILLS=${KILLS:-40}
echo 1..1
if node tests/system/kill_driver.mjs; then
	echo "ok 1 - what was acknowledged outlives $KILLS kills"
else
	echo "not ok 1 - what was acknowledged outlives $KILLS kills"
	exit 1
fi
