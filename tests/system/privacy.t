#!/bin/bash
# Who sees what, through every route: two tenants, their operator, another member, an authority and
# nobody; and what lies open to everybody after the demo story.
cd "$(dirname "$0")/../.." || exit 2
exec timeout 400 node tests/system/privacy_driver.mjs
