# Assay. `make` builds build/assay; `make help` lists the rest. One set of rules; a flavour
# (asan, tsan, cover, fuzz) is the same rules in another BUILD directory.

FLAVOUR ?= release
BUILD   ?= build$(if $(filter release,$(FLAVOUR)),,-$(FLAVOUR))
V       ?= 0
Q       := $(if $(filter 0,$(V)),@)
comma    := ,
say      = $(if $(filter 0,$(V)),@printf '  %-6s %s\n' $(1) $(2))

LIBS    := sqlite3 libsodium libzmq libxml-2.0 libqrencode zbar libpng jansson libmicrohttpd \
	gnutls libcurl zlib
PKGCFG  := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
INCLUDE := -I. -I$(BUILD)/gen $(patsubst -I%,-isystem %,$(PKGCFG))
# The static core alone: its libuv parts are not pulled in.
LIBRAFT ?= -l:libraft.a
LDLIBS  := $(shell pkg-config --libs $(LIBS) 2>/dev/null) $(LIBRAFT) -lm -lpthread

WARN := -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wundef -Wvla -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings \
	-Wswitch-enum -Wimplicit-fallthrough
CETFLAG := $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
HARDEN  := -fstack-protector-strong -fstack-clash-protection $(CETFLAG) -fPIE
# Across files the linker cannot see that a fault means an untouched result: that warning stays per file.
LDHARD  := -Wno-maybe-uninitialized -pie -Wl,-z,relro,-z,now,-z,noexecstack

CC_release := gcc
CF_release := -O2 -g -flto=auto -ffat-lto-objects -D_FORTIFY_SOURCE=3
# Under sanitizers gcc follows less of the flow: two warnings then tell of what is not so.
QUIET      := -Wno-maybe-uninitialized -Wno-format-truncation
CC_asan    := gcc
CF_asan    := $(QUIET) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CC_tsan    := gcc
CF_tsan    := $(QUIET) -O1 -g -fsanitize=thread
CC_cover   := gcc
CF_cover   := $(QUIET) -O0 -g --coverage
CC_fuzz    := clang
CF_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

CC     := $(CC_$(FLAVOUR))
CFLAGS := -std=c17 -D_GNU_SOURCE $(WARN) $(HARDEN) $(CF_$(FLAVOUR)) $(EXTRA_CFLAGS)

MODULES := gs1/syntax gs1/epcis ledger/base ledger/proof ledger/members ledger/store ledger/order \
	ledger scanners/input scanners/symbol scanners/station appliance/rules appliance/view \
	appliance/people appliance/http appliance/cli appliance
MAIN    := appliance/main.c
SOURCES := $(filter-out $(MAIN),$(wildcard $(addsuffix /*.c,$(MODULES))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/gen/page_files.o $(BUILD)/gen/demo_files.o
LIBRARY := $(BUILD)/libassay.a
VERSION := $(shell sed -n 's/^.define VERSION *"\(.*\)"/\1/p' appliance/main.c)
# gs1/ for others, with what it needs of ledger/base: headers of these folders that are not named
# here belong to the inside.
GS1_LIB  := $(BUILD)/libassay-gs1.a
GS1_BASE := buf cbor civil err hex utf8
GS1_OBJ  := $(filter $(BUILD)/gs1/%,$(SOURCES:%.c=$(BUILD)/%.o)) $(GS1_BASE:%=$(BUILD)/ledger/base/%.o) \
	$(BUILD)/ledger/base/crypto.o
GS1_HEAD := $(filter-out $(addprefix gs1/syntax/,ai_table.h coupon.h lint_part.h link_part.h undo.h \
	urn_scheme.h),$(wildcard gs1/*/*.h)) $(GS1_BASE:%=ledger/base/%.h) \
	ledger/base/crypto.h ledger/base/span.h
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/bench_*.c))
SYSTEM  := $(sort $(wildcard tests/system/*.t) $(wildcard tests/layers/*.t))

.PHONY: all check units system kills asan tsan fuzz fuzz-replay sim bench cover tidy format install install-gs1 clean help
.SECONDARY:
.DELETE_ON_ERROR:

all: $(BUILD)/assay

help:
	@echo 'all  check (units system)  kills [KILLS=40]  asan  tsan  fuzz [FUZZ=name SECONDS=10]  fuzz-replay'
	@echo 'sim [SEEDS=50 MEMBERS=3 SEED=1]  bench [BENCH=node]  cover  tidy  format  install install-gs1 [DESTDIR= PREFIX=]  clean'

$(BUILD)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(INCLUDE) -MMD -MP -c $< -o $@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) $(INCLUDE) -MMD -MP -c $< -o $@

# The page: npm packages as the lock file names them, embedded in the program.
WEB := appliance/web
$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json
	$(call say,NPM,$(WEB))
	$(Q)cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	$(Q)touch $@

$(BUILD)/gen/page_files.c: $(wildcard $(WEB)/*.*) $(WEB)/build/embed.mjs $(WEB)/node_modules/.package-lock.json
	$(call say,PAGE,$@)
	$(Q)mkdir -p $(@D)
	$(Q)node $(WEB)/build/embed.mjs $@

# What `assay demo` makes its ledger of: the JSON files as C strings.
$(BUILD)/gen/demo_files.c: deploy/demo/plan.json deploy/demo/clearance-policy.json
	$(call say,DEMO,$@)
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#include "appliance/cli/demo.h"'; \
	echo 'const char demo_plan_json[] ='; sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $(word 1,$^); echo ';'; \
	echo 'const char demo_policy_json[] ='; sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $(word 2,$^); echo ';'; \
	} > $@

$(LIBRARY): $(OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && gcc-ar rcs $@ $(OBJECTS)

$(GS1_LIB): $(GS1_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && gcc-ar rcs $@ $(GS1_OBJ)

$(BUILD)/assay: $(BUILD)/appliance/main.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDHARD) $< $(LIBRARY) $(LDLIBS) -o $@

# Tests link without link-time optimisation: there are many of them.
$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fno-lto -pie $(filter %.o,$^) $(LIBRARY) $(LDLIBS) -o $@

# Our allocations, and no library's, pass through this test.
$(BUILD)/tests/test_out_of_memory: LDLIBS += \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=free

# Consensus with guards that can be taken out, for the tests that show what each is for.
SWITCHED := $(patsubst %.c,$(BUILD)/switched/%.o,$(wildcard ledger/order/raft_*.c))
SIM      := $(patsubst %.c,$(BUILD)/switched/%.o,$(wildcard tests/sim/*.c))
$(BUILD)/switched/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(INCLUDE) -DRAFT_GUARD_SWITCH -MMD -MP -c $< -o $@

$(BUILD)/tests/test_raft_guards: $(SWITCHED)

$(BUILD)/raft_sim: $(SIM) $(SWITCHED) $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -fno-lto -pie $^ $(LDLIBS) -o $@

# And our calls to the system for plain files through this one.
$(BUILD)/tests/test_plain_files: LDLIBS += $(addprefix -Wl$(comma)--wrap=,open read write pread \
	pwrite fsync fdatasync ftruncate link rename)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDHARD) $< $(LIBRARY) $(LDLIBS) -o $@

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(LIBRARY)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -pie $< $(LIBRARY) $(LDLIBS) -o $@

check: units system fuzz-replay

# What the thread sanitizer cannot see: tests/tsan.supp.
export TSAN_OPTIONS ?= suppressions=$(CURDIR)/tests/tsan.supp

units: $(UNITS)
	$(call say,PROVE,units of $(BUILD))
	$(Q)BUILD=$(BUILD) prove -e '' $(UNITS)

system: $(BUILD)/assay $(BUILD)/raft_sim $(UNITS)
	$(call say,PROVE,system of $(BUILD))
	$(Q)BUILD=$(BUILD) prove -e '' --timer $(SYSTEM)

# The appliance, stations and the demo are killed with SIGKILL so many times, and lose nothing.
KILLS ?= 40
kills: $(BUILD)/assay
	$(Q)BUILD=$(BUILD) KILLS=$(KILLS) prove -e '' -v $(wildcard tests/system/kill*.t)

asan tsan:
	$(Q)$(MAKE) FLAVOUR=$@ units system

# One fuzzer or all, SECONDS each; findings land in the build directory.
SECONDS ?= 10
fuzz:
	$(Q)$(MAKE) FLAVOUR=fuzz $(addprefix build-fuzz/fuzz/,$(if $(FUZZ),fuzz_$(FUZZ),$(FUZZERS)))
	$(Q)tests/fuzz/run $(SECONDS) $(if $(FUZZ),fuzz_$(FUZZ),$(FUZZERS))

fuzz-replay:
	$(Q)$(MAKE) FLAVOUR=fuzz $(addprefix build-fuzz/fuzz/,$(FUZZERS))
	$(Q)prove -e '' tests/fuzz/replay

# Consensus of MEMBERS servers under random faults; OFF=A takes guard A out.
SEEDS   ?= 50
MEMBERS ?= 3
SEED    ?= 1
sim: $(BUILD)/raft_sim
	$(Q)$(BUILD)/raft_sim --seeds $(SEEDS) --members $(MEMBERS) --first $(SEED) $(if $(OFF),--off $(OFF))

BENCH ?=
bench:
	$(Q)$(MAKE) $(if $(BENCH),$(BUILD)/bench/bench_$(BENCH),$(addprefix $(BUILD)/bench/,$(BENCHES)))
	$(Q)for b in $(if $(BENCH),bench_$(BENCH),$(BENCHES)); do $(BUILD)/bench/$$b || exit 1; done

cover:
	$(Q)$(MAKE) FLAVOUR=cover units
	$(Q)tests/cover build-cover

tidy:
	$(Q)for f in $(SOURCES) $(MAIN); do clang-tidy --quiet $$f -- -std=c17 -D_GNU_SOURCE $(INCLUDE) || exit 1; done

format:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

$(BUILD)/assay.completion: $(BUILD)/assay deploy/completion/generate
	$(call say,HELP,$@)
	$(Q)deploy/completion/generate $< >$@

PREFIX ?= /usr/local
install: $(BUILD)/assay $(BUILD)/assay.completion install-gs1
	install -D -m 755 $(BUILD)/assay $(DESTDIR)$(PREFIX)/bin/assay
	install -D -m 644 docs/assay.1 $(DESTDIR)$(PREFIX)/share/man/man1/assay.1
	install -D -m 644 $(BUILD)/assay.completion $(DESTDIR)$(PREFIX)/share/bash-completion/completions/assay

# The library alone: what `pkg-config assay-gs1` then finds.
install-gs1: $(GS1_LIB)
	$(Q)for h in $(GS1_HEAD); do install -D -m 644 $$h $(DESTDIR)$(PREFIX)/include/assay/$$h || exit 1; done
	install -D -m 644 $(GS1_LIB) $(DESTDIR)$(PREFIX)/lib/libassay-gs1.a
	install -d $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' deploy/assay-gs1.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/assay-gs1.pc

clean:
	rm -rf build build-asan build-tsan build-cover build-fuzz

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
