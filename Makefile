# make build      the program, as it is released: ./lanyard
# make test       all checks and tests. As root on Debian it first installs the programs
#                 that the tests drive; NO_INSTALL=1 make test installs nothing
# make check      format, vet on three systems, go.mod, linters, prose
# make race       all tests, with the race detector
# make bench      how fast the program is, as ratios measured in one run
# make storm      hundreds of processes at once, with kills and faults: docs/storms.md
# make fuzz       every parser, FUZZTIME=30s each
# make journeys   how many files a reader passes through to follow a command
# make prose      phrases to rewrite in docs, help, messages and comments
# make picture    draws the terminal in the README again
# make reproduce  builds in two folders and compares the files

GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# Without cgo the program is one static file, and it starts a third faster.
export CGO_ENABLED ?= 0

.PHONY: build test modules setup check lint race bench storm journeys prose picture reproduce fuzz clean

build:
	go build -trimpath -ldflags '-s -w' -o lanyard ./cmd/lanyard

test: modules setup check race

modules:
	@echo '== downloading the Go modules that are missing'
	@go mod download

setup:
	@./scripts/setup

check:
	@echo '== gofumpt'
	@out=$$(go run $(GOFUMPT) -l .) || exit 1; test -z "$$out" || { echo "not formatted:"; echo "$$out"; exit 1; }
	@echo '== go vet (linux, darwin, windows)'
	go vet ./...
	GOOS=darwin go vet ./cmd/... ./internal/... ./emulator/...
	GOOS=windows go vet ./cmd/... ./internal/... ./emulator/...
	@echo '== go mod tidy'
	@go mod tidy -diff
	@echo '== phrases to rewrite'
	@go run ./scripts/prose
	@$(MAKE) --no-print-directory lint

lint:
	@echo '== golangci-lint (builds it first, which takes minutes the first time)'
	go run $(GOLANGCI) run --allow-parallel-runners ./...

race:
	go run ./scripts/runtests

bench:
	go run ./bench

# STORM_SEED=N repeats the kills of a round, STORM_ROUNDS=N runs the random parts more
# often. make test runs a shorter form.
storm:
	STORM=full go test -count=1 -v -timeout 60m ./internal/stormtest

# V=-v prints the names of the files.
journeys:
	go run ./scripts/journeys $(V)

prose:
	go run ./scripts/prose

picture:
	go run ./scripts/picture

reproduce:
	./scripts/reproduce

FUZZTIME ?= 30s
fuzz:
	./scripts/fuzz $(FUZZTIME)

clean:
	rm -rf lanyard dist .cache interop/js/node_modules
