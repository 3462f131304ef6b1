#!/bin/bash
# The page in Debian's Chromium: tests/browser/page.mjs against a demo appliance.
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/system/stage.bash
. tests/system/stage.bash
export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
[ -x "$CHROMIUM" ] || {
	echo '1..0 # SKIP there is no Chromium: deploy/install-packages page'
	exit 0
}
stage_browser || bail_out 'the npm packages of tests/browser cannot be installed'
stage_start
stage_goods
stage_person 'Ada Sample'
stage_page
timeout 120 node tests/browser/page.mjs
