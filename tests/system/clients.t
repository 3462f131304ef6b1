#!/bin/bash
# Clients that are slow, many, or do not keep to HTTP, against a demo appliance.
cd "$(dirname "$0")/../.." || exit 2
exec timeout 300 node tests/system/clients_driver.mjs
