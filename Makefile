# Every target stands with one line; `make help` lists them.
SHELL := /bin/bash

ADDR ?= :8080
SPEC ?=
ROOT =
TIME ?= 30s
KEEP ?=
VULNDB ?=
BENCH ?=
CORPUS ?=
SUITE ?=
INDEX ?=
SUITES ?=
LARGE ?= 4294967296
FLAGS ?=
PEERS ?= kin-openapi-testdata-issue796,guru-tflgovuk,spotify-web-api-fixed,ogen-examples-openai-1-2-0,ogen-examples-firecracker,realworld-api-openapi
# The integrations, each a module of its own, linked by who imports it.
INTEGRATIONS := $(shell sed -n 's|^[[:space:]]*\./\(runtime/.*\)|\1|p' go.work)
GORELEASER := go run github.com/goreleaser/goreleaser/v2@v2.15.1
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help demo test lint generate check build cross simulate fuzz bench bench-quick bench-connections bench-start large corpus corpus-drive corpus-peers jsonschema conformance
.PHONY: soak abuse docs vulnerabilities licences sbom supply completions man snapshot goreleaser-schema

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## serve the petstore on ADDR (:8080), or any document: make demo SPEC=api.yaml, with ROOT=.. if its files lie there
	@./scripts/demo "$(ADDR)" "$(SPEC)" "$(ROOT)"

build: ## build the command into bin/tornadogen
	@go build -o bin/tornadogen ./cmd/tornadogen

test: ## run all tests, with the race detector where goroutines meet
	go test . ./cmd/... ./internal/... ./spec/... ./generator/... ./templates/... ./golden/...
	go test -race -timeout 20m ./runtime/wsgi ./runtime/... # what waits longest first
	go test -run 'Allocations|ParkedRequestsAreSmall|WithoutStacks' ./runtime ./runtime/internal/check ./runtime/internal/media ./runtime/internal/multipart # what the race detector hides
	go test -gcflags=all=-d=checkptr ./runtime/internal/jsonwire ./runtime/internal/poll
	go test -gcflags=all=-d=checkptr -run 'Cleared|SocketEcho|Allocations' ./runtime # what uses unsafe; the race detector has the same checks
	go test -race -tags tornado_net ./runtime/internal/poll ./runtime/internal/loop ./runtime/internal/worker
	go test -tags loopcheck ./runtime/internal/loop ./runtime/internal/worker
	go test -tags loopcheck -run TestSimulation ./runtime
	go test -race -tags loopcheck -run TestSimulation ./runtime -simulate 200ms
	scripts/beside 'cd examples && go test -race ./...' 'go test -short -tags tornado_net ./runtime' # what is above poll, loop and worker is the same with the tag
	cd bench && go vet ./... && go test ./...
	cd conformance && go vet ./... && go test -short ./...
	cd docs && go vet ./... && go test ./...
	@set -e; for module in $(INTEGRATIONS); do echo "cd $$module && go test -race ./..."; (cd $$module && go test -race $$(go list ./... | grep -v /compress/internal/)); done
	cd runtime/compress && go test ./internal/... # a codec, in which no goroutines meet

lint: cross ## check format, vet and lint, and that the types of all of it fit on macOS, the BSDs and Windows
	$(GOLANGCI) run ./...
	@set -e; for module in examples bench conformance docs $(INTEGRATIONS); do echo "lint $$module"; (cd $$module && $(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./...); done

cross: ## check the types of, and vet, what is for macOS, the BSDs and Windows, and for Linux over package net
	@cd conformance && go build -o ../bin/crossvet ./cmd/crossvet
	@set -e; for os in darwin windows freebsd; do echo "GOOS=$$os crossvet"; GOOS=$$os bin/crossvet ./cmd/... ./spec/... ./generator/... ./runtime/...; done
	@set -e; for os in netbsd openbsd; do echo "GOOS=$$os crossvet ./runtime"; GOOS=$$os bin/crossvet ./runtime/...; done
	go vet -tags tornado_net ./runtime/...

generate: build ## write the generated packages of the examples, the bench and the golden cases again
	(cd examples/petstore && ../../bin/tornadogen generate openapi.yaml --out petapi)
	(cd examples/chat && ../../bin/tornadogen generate openapi.yaml --out chatapi)
	(cd examples/spider && ../../bin/tornadogen generate openapi.yaml --out spiderapi)
	(cd examples/upload && ../../bin/tornadogen generate openapi.yaml --out uploadapi)
	(cd bench && ../bin/tornadogen generate openapi.yaml --out petapi && ../bin/tornadogen generate connections.yaml --out connapi && ../bin/tornadogen generate corpora.yaml --out corpusapi)
	(cd conformance && ../bin/tornadogen generate target.yaml --out internal/targetapi)
	go test ./golden -update
	go test ./cmd/tornadogen -run TestCommandsPage -update

check: build ## fail when a generated package is not what its document gives
	cd examples/petstore && ../../bin/tornadogen check openapi.yaml --out petapi
	cd examples/chat && ../../bin/tornadogen check openapi.yaml --out chatapi
	cd examples/spider && ../../bin/tornadogen check openapi.yaml --out spiderapi
	cd examples/upload && ../../bin/tornadogen check openapi.yaml --out uploadapi
	cd bench && ../bin/tornadogen check openapi.yaml --out petapi && ../bin/tornadogen check connections.yaml --out connapi && ../bin/tornadogen check corpora.yaml --out corpusapi
	cd conformance && ../bin/tornadogen check target.yaml --out internal/targetapi
	go test ./golden

simulate: ## try loop, workers, clients and drain against one another in every order, TIME (30s) for each scenario
	go test -tags loopcheck -count 1 -timeout 0 -run TestSimulation -v ./runtime -simulate $(TIME) -depth 3 -orders 10000000 -seed $$RANDOM

large: ## upload and download 4 GiB, on the loops and on net/http, and demand that memory stays flat
	go test ./golden/large -count=1 -v -run TestLarge -size $(LARGE)
	go test ./golden/download -count=1 -v -run TestLarge -timeout 30m -large $(LARGE)

fuzz: ## run every fuzz target for TIME (30s) each; KEEP=n keeps the n smallest inputs of each in testdata/fuzz
	./scripts/fuzz $(TIME) "$(KEEP)"

bench: ## measure this runtime beside its peers in all workloads, 20 minutes, into bench/RESULTS.md (needs wrk, gcc; two cores)
	cd bench && go run ./cmd/run -out RESULTS.md -plots plots $(BENCH)

bench-quick: ## measure a GET and a POST beside a few peers, 10 minutes (needs wrk; two cores)
	cd bench && go run ./cmd/run -set quick $(BENCH)

bench-connections: ## measure what connections cost that wait, and those that come and go (needs 20,000 descriptors; two cores)
	cd bench && go run ./cmd/run -set connections $(BENCH)

bench-start: ## measure how soon a program with 5,000 operations answers, and demand that it is within 100 ms (compiles it, minutes; FLAGS=-h)
	cd bench && go run ./cmd/start $(FLAGS)

corpus: ## generate, build and vet every document of CORPUS=dir, and hold them against the targets
	cd conformance && go run ./cmd/corpus -corpus "$(abspath $(CORPUS))" -index "$(abspath $(INDEX))" $(FLAGS)

corpus-drive: ## serve a sample of the documents of CORPUS=dir, and send them valid and invalid requests
	cd conformance && go run ./cmd/corpus -corpus "$(abspath $(CORPUS))" -index "$(abspath $(INDEX))" -no-bad -drive $(FLAGS)

corpus-peers: ## compile what ogen and oapi-codegen make of some documents of CORPUS=dir beside ours, and time the largest ones (needs the network)
	cd conformance && go run ./cmd/corpus -corpus "$(abspath $(CORPUS))" -index "$(abspath $(INDEX))" -no-bad -peers 3 -results RESULTS.md \
	  -only $(PEERS) $(FLAGS)

conformance: ## hold the runtime against the public suites of SUITES=dir, and write docs/reference/conformance.md
	cd conformance && go run ./cmd/suites -suites "$(abspath $(SUITES))" $(FLAGS)

soak: ## hold 15,000 connections to a server, of clients of every kind, for TIME (30s), in two rounds, and demand that nothing of them stays (20,000 descriptors)
	cd conformance && go run ./cmd/soak -time $(TIME) $(FLAGS)

abuse: ## play the attacks of hostile clients, and write what a good client notices of them into docs/reference/robustness.md
	cd conformance && go run ./cmd/abuse $(FLAGS)

docs: ## write the documentation as a static site into site/
	cd docs && go run ./cmd/site -root .. -out ../site

vulnerabilities: ## run govulncheck over every module; VULNDB=file:///path is a copy of its database
	./scripts/vulnerabilities $(VULNDB)

licences: ## list the licences of all modules that are linked in docs/reference/licences.md; fails at one that is not known, and at a text that is new
	cd conformance && go run ./cmd/supply -page ../docs/reference/licences.md

sbom: ## write the modules that are linked as a CycloneDX document to bin/sbom.cdx.json
	@mkdir -p bin
	cd conformance && go run ./cmd/supply -sbom ../bin/sbom.cdx.json

supply: ## licences and sbom from one look at what is linked
	@mkdir -p bin
	cd conformance && go run ./cmd/supply -page ../docs/reference/licences.md -sbom ../bin/sbom.cdx.json

completions: build ## write the completions of the command for shells to bin/completions
	@mkdir -p bin/completions
	@for shell in bash zsh fish powershell; do bin/tornadogen completion $$shell > bin/completions/tornadogen.$$shell; done

man: ## write the pages of the manual to bin/man
	@mkdir -p bin/man
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) go test ./cmd/tornadogen -count 1 -run TestManPages -man $(CURDIR)/bin/man

snapshot: ## make what a release has, archives of all systems with checksums, into dist/, without releasing it
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean

goreleaser-schema: ## write the schema that tests hold .goreleaser.yaml against, for another version of goreleaser
	$(GORELEASER) jsonschema -o cmd/tornadogen/testdata/goreleaser/schema-$(lastword $(subst @, ,$(GORELEASER))).json

jsonschema: ## run the JSON-Schema-Test-Suite of SUITE=dir through generated code
	cd conformance && go run ./cmd/jsonschema -suite "$(abspath $(SUITE))" $(FLAGS)
