# make build      builds the program like a release: ./lanyard
# make test       runs all checks and tests. As root on Debian, it first installs the programs
#                 that the tests start; NO_INSTALL=1 make test installs nothing
# make test-windows  runs the Windows program and its tests with wine, which it installs like
#                 make test: docs/windows.md. It takes minutes
# make check      checks format, vet on three systems, go.mod, linters, prose, spelling
# make race       runs all tests with the race detector
# make bench      measures the speed of the program, as ratios within one run
# make bench-check  compares instructions and page faults with a budget. UPDATE=1 writes the budget
# make storm      runs hundreds of processes with kills and faults: docs/storms.md
# make fuzz       fuzzes every parser, each for FUZZTIME=30s
# make journeys   counts the files through which a reader follows a command
# make prose      finds hard phrases in docs, help, messages and comments
# make equal      compares requests, outputs and answers of all operations with botocore's and the AWS CLI's: DATA=DIR of the models
# make tables     writes the tables of AWS operations from a folder of models: DATA=DIR
# make clients    runs real clients against the emulator, and writes the table in
#                 docs/emulator-clients.md. BIN=FOLDER has programs that are not on PATH
# make man        writes the man pages of all commands to dist/man
# make docs       writes the site of the documentation to dist/docs
# make picture    draws the terminal in the README again
# make reproduce  builds in two folders and compares the programs
# make packages   writes archives and packages for all systems to dist: docs/install.md
# make release-check  builds the release twice, compares the files, and uses the packages in clean
#                 root folders. As root on Debian, it first installs up to four packages

GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
MISSPELL := github.com/golangci/misspell/cmd/misspell@v0.8.0
GORELEASER := github.com/goreleaser/goreleaser/v2@v2.16.0

# Without cgo, the program is one static file and starts faster: see docs/architecture.md.
export CGO_ENABLED ?= 0

.PHONY: packages release-check clients man docs tables equal build test test-windows modules setup check lint race bench bench-check storm journeys prose picture reproduce fuzz clean

build:
	go build -trimpath -ldflags '-s -w' -o lanyard ./cmd/lanyard

test: modules setup check race

test-windows:
	./scripts/wine/run go run ./scripts/runtests -windows

modules:
	@echo '== downloading the Go modules that are missing'
	@go mod download
	@go build -modfile=interop/terraform.mod -o /dev/null interop/terraform.go || echo 'The tests of the module of Terraform are skipped'

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
	@echo '== spelling of the documentation (golangci-lint checks the Go files)'
	@go run $(MISSPELL) -error *.md docs bench/README.md
	@$(MAKE) --no-print-directory lint

lint:
	@echo '== golangci-lint (builds it first, which takes minutes the first time)'
	go run $(GOLANGCI) run --allow-parallel-runners ./...

race:
	go run ./scripts/runtests

bench:
	go run ./bench

bench-check:
	go run ./bench -check $(if $(UPDATE),-update)

# STORM_SEED=N repeats the kills of a round. STORM_ROUNDS=N runs the random parts more
# often. make test runs fewer rounds.
storm:
	STORM=full go test -count=1 -v -timeout 60m ./internal/stormtest
	STORM=full go test -count=1 -v -timeout 60m -run TestAccountsKilledAtEachRequest ./internal/cli

# V=-v prints the names of the files.
journeys:
	go run ./scripts/journeys $(V)

prose:
	go run ./scripts/prose

# OPTIONS=FILE also compares the options with those of the AWS CLI: see docs/engine.md.
tables:
	go run ./internal/engine/gen -dir internal/engine/model -data '$(DATA)' -options '$(OPTIONS)'

equal:
	go test -count=1 -v -timeout 60m ./internal/engine/equal -all -models '$(DATA)'
	go test -count=1 -v -timeout 30m ./internal/engine/arg -run TestAsTheAWSCLI -oracle.services 60 -oracle.cases 1500

clients:
	go run ./scripts/clients -install -bin '$(BIN)'

man:
	go run ./scripts/docs -man dist/man

docs:
	go run ./scripts/docs -site dist/docs

picture:
	go run ./scripts/picture

reproduce:
	./scripts/reproduce

packages:
	go run $(GORELEASER) release --snapshot --clean --skip=publish,sign,announce

release-check:
	@./packaging/setup
	go run ./scripts/releasecheck $(GORELEASER)

FUZZTIME ?= 30s
fuzz:
	./scripts/fuzz $(FUZZTIME)

clean:
	rm -rf lanyard dist .cache interop/js/node_modules
