# make run    everything installed, built and started, with a made-up community living in it
# make test   everything installed, built and tested: Swift, Lua, format, lint
# make soak   the long tests in full size
# make fuzz   random and damaged input, a minute for each kind (SECONDS=n)
# make bench  what is measured, as tables
# make quality  how well the detectors detect, on recorded data with labels (DATA=folder, or SENTINEL_DATA)
# make docs   the parts of docs/ that are made from the code
# make build  only the release binary
# FILE=path   for run: replay this recording (JSON lines, CSV, access log; .gz too) instead of the community
# DATA=dir    for run: where Redis keeps its data; without it where `sentinel` looks by itself

SHELL := /bin/bash
SWIFT ?= swift
SENTINEL := .build/release/sentinel
# Without colours: with them a build in a terminal is another one than a build elsewhere, and all is compiled again.
RELEASE := -c release --no-color-diagnostics -Xswiftc -static-stdlib --product sentinel

.PHONY: run test conformance edge soak fuzz bench quality build docs packages test-packages lint

run: build
	@if [ -n "$(FILE)" ]; then exec $(SENTINEL) up $(if $(DATA),--data "$(DATA)") --replay "$(FILE)"; \
	else exec $(SENTINEL) up $(if $(DATA),--data "$(DATA)") --replay <($(SENTINEL) simulate); fi

build: packages
	@echo "Building the release binary …"
	@$(SWIFT) build $(RELEASE)

MODULES := SentinelCoreTests SentinelIOTests SentinelRedisTests SentinelEngineTests SentinelDaemonTests CommandTests

# Module by module: all at once would start hundreds of servers and programs on two cores.
test: packages test-packages lint
	@[ -n "$$SENTINEL_DATA" ] || echo "SENTINEL_DATA is not set: the tests on recorded data are skipped."
	@echo "Building …"
	@$(SWIFT) build --build-tests
	@for module in $(MODULES); do $(SWIFT) test --skip-build --filter "^$$module\." || exit 1; done
	@$(MAKE) --no-print-directory -j2 -Otarget conformance edge

# The built program, from outside: the contract by Redis clients and HTTP, and real proxies.
conformance:
	@SENTINEL_BINARY=$(CURDIR)/.build/debug/sentinel /usr/bin/python3 -W ignore -m unittest discover -s Tests/Conformance
edge:
	@SENTINEL_BINARY=$(CURDIR)/.build/debug/sentinel /usr/bin/python3 -W ignore -m unittest discover -s Tests/Edge

soak: packages test-packages
	@$(SWIFT) build --build-tests
	@SENTINEL_SOAK=1 $(SWIFT) test --skip-build --filter '^SentinelEngineTests\.Soak'
	@SENTINEL_SOAK=1 SENTINEL_BINARY=$(CURDIR)/.build/debug/sentinel /usr/bin/python3 -W ignore -m unittest \
		discover -v -s Tests/Conformance

fuzz: packages
	@$(SWIFT) build --build-tests
	@SENTINEL_FUZZ_SECONDS=$(or $(SECONDS),60) $(SWIFT) test --skip-build --filter '^SentinelCoreTests\.Fuzz'

# Half an hour on two cores and more; half of it are a million users in growth and resident.
bench: build test-packages .build/peers/bin/python
	@./install-packages wrk
	@$(SWIFT) build -c release --no-color-diagnostics -Xswiftc -static-stdlib --product bench
	@.build/peers/bin/python bench/verdict_cost.py
	@.build/peers/bin/python bench/latency.py
	@.build/release/bench calls
	@.build/release/bench coordinator
	@.build/release/bench latency
	@bench/memory.py
	@bench/resident.py
	@.build/release/bench http
	@bench/growth.py
	@bench/startup.py
	@.build/release/bench edge
	@bench/edge_proxies.py
	@[ -n "$$SENTINEL_DATA" ] && bench/real-data.py || echo "SENTINEL_DATA is not set: no figures on recorded data."

quality: packages
	@$(SWIFT) build -c release --no-color-diagnostics -Xswiftc -static-stdlib --product quality
	@.build/release/quality $(if $(DATA),"$(DATA)")

docs: build
	@$(SENTINEL) policy keys | sed -e '/^<!-- keys -->$$/,/^<!-- end of keys -->$$/{/^<!-- keys -->$$/{p;r /dev/stdin' \
		-e '};/^<!-- end of keys -->$$/p;d}' docs/policy.md > docs/policy.md.new && mv docs/policy.md.new docs/policy.md

lint:
	@echo "Checking format and style …"
	@$(SWIFT) format lint --strict -r Package.swift Sources Tests bench
	@luacheck -q lua
	@for file in lua/*.lua; do luac5.1 -p $$file || exit 1; done

packages:
	@./install-packages redis-server libevent-dev libhiredis-dev libicu-dev libpcre2-dev libsodium-dev libssl-dev libxxhash-dev libyaml-dev zlib1g-dev util-linux

test-packages: .build/python/bin/schemathesis
	@./install-packages lua-check lua5.1 prometheus python3 python3-redis redis-tools nginx-light \
		libnginx-mod-http-lua lua-nginx-redis haproxy caddy nftables iproute2

# What tests the HTTP API by its description: in an environment of its own, for Debian has no package of it.
.build/python/bin/schemathesis:
	@./install-packages python3 python3-venv
	@echo "Installing schemathesis …"
	@/usr/bin/python3 -m venv .build/python && .build/python/bin/pip install -q 'schemathesis==4.32.5'

# The rate limiters that we are measured against, from PyPI: none of them is in Debian.
.build/peers/bin/python:
	@./install-packages python3 python3-venv
	@echo "Installing other rate limiters …"
	@/usr/bin/python3 -m venv .build/peers && .build/peers/bin/pip install -q 'limits==5.8.0' 'pyrate-limiter==4.5.1' \
		'throttled-py==3.5.0' 'upstash-ratelimit==1.2.0' 'redis==8.1.0' 'hiredis==3.5.0'
