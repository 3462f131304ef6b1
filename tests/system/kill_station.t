#!/bin/bash
# kill -9 of stations and their appliance, KILLS rounds (40; `make kills KILLS=300` for the long run).
export KILLS=${KILLS:-40}
echo 1..1
if node tests/system/kill_station_driver.mjs; then
	echo "ok 1 - what a bench said was saved is on the ledger once, after $KILLS rounds of kills"
else
	echo "not ok 1 - what a bench said was saved is on the ledger once, after $KILLS rounds of kills"
	exit 1
fi
