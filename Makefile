# make test   everything that must hold, on a machine with nothing but Go, gcc,
#             Node.js, Python and (for the real clients) Debian's apt-get
# make build  the program, as it is released
# make bench  how fast it is, in ratios measured in one run
# make storm  hundreds of processes at once, with kills and faults: docs/storms.md
# make journeys  how many files a reader passes through to follow a command

GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Without cgo the program is one static file, and it starts a third faster.
export CGO_ENABLED ?= 0

.PHONY: build test setup check lint race bench storm journeys prose fuzz clean

build:
	go build -trimpath -ldflags '-s -w' -o lanyard ./cmd/lanyard

test: setup check race

setup:
	./scripts/setup

# What needs no run: format, vet, the other systems, the tidy go.mod.
check:
	@echo '== gofumpt'
	@out=$$(go run $(GOFUMPT) -l .); test -z "$$out" || { echo "not formatted:"; echo "$$out"; exit 1; }
	@echo '== go vet (linux, darwin, windows)'
	go vet ./...
	GOOS=darwin go vet ./cmd/... ./internal/... ./emulator/...
	GOOS=windows go vet ./cmd/... ./internal/... ./emulator/...
	@echo '== go mod tidy'
	@go mod tidy -diff
	@$(MAKE) --no-print-directory lint

lint:
	@echo '== golangci-lint'
	go run $(GOLANGCI) run --allow-parallel-runners ./...

race:
	./scripts/race

bench:
	go run ./bench

# In less than ten minutes; make test has the shorter form. STORM_SEED=N repeats the
# kills of a round, STORM_ROUNDS=N plays what has chance in it more often.
storm:
	STORM=full go test -count=1 -v -timeout 60m ./internal/stormtest

# V=-v prints the names of the files.
journeys:
	go run ./scripts/journeys $(V)

# Phrases to rewrite in docs, help, messages and comments.
prose:
	go run ./scripts/prose

FUZZTIME ?= 30s
fuzz:
	./scripts/fuzz $(FUZZTIME)

clean:
	rm -rf lanyard dist .cache interop/js/node_modules
