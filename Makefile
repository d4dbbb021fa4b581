# `make` alone lists what there is. It needs Go and, for the first build, a Go
# module proxy; the linter is pinned in .tools/go.mod and built on first use.

GO       ?= go
BIN      := bin/isthmus
EXAMPLE  := docs/examples/multi-primary-multi-network.yaml
FUZZTIME ?= 20s
RACE     ?= ./generator/...
LINT     := $(GO) tool -modfile=.tools/go.mod golangci-lint

# The same flags for building, testing and linting, so that Istio's packages are
# compiled once and not once for each; -trimpath and no cgo make the binary the
# same on every machine. Only build stamps the version, from Git, into it.
export GOFLAGS     += -trimpath -buildvcs=false
export CGO_ENABLED := 0
export GOWORK      := off

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## build bin/isthmus (the first time compiles Istio's renderer: some minutes)
	$(GO) build -buildvcs=auto -ldflags '-s -w' -o $(BIN) ./cmd/isthmus

.PHONY: test
test: ## vet and run all tests; never edits the tree
	$(GO) vet ./...
	$(GO) test -timeout 40m ./...

.PHONY: race
race: export CGO_ENABLED := 1
race: ## run the generator's tests, the short ones, under the race detector (needs a C compiler)
	$(GO) test -race -short -timeout 40m $(RACE)

.PHONY: lint
lint: ## run the linters of .golangci.yml (the first time builds them: two minutes)
	$(LINT) run ./...

.PHONY: fmt
fmt: ## format the code
	$(LINT) fmt

# An environment variable and not -update: packages without goldie do not know
# the flag and would fail on it.
.PHONY: golden
golden: ## rewrite the golden trees; read the diff before committing it
	GOLDIE_UPDATE=true $(GO) test -count=1 -run Golden ./...
	@git status --short golden || true

.PHONY: demo
demo: build ## generate the example into demo/ and look at it
	rm -rf demo
	$(BIN) generate -f $(EXAMPLE) -o demo
	@echo
	@find demo -type f | sort | sed -n '1,40p'
	@echo "… $$(find demo -type f | wc -l | tr -d ' ') files"
	@for f in demo/clusters/*/kustomization.yaml; do echo; echo "$$f:"; sed -n '1,20p' "$$f"; break; done
	@echo
	@echo "The tree is in ./demo, start with demo/README.md."

.PHONY: e2e
e2e: ## run the trees on real components (Linux, root; the first build takes 10 to 20 minutes)
	e2e/run

.PHONY: e2e-fast
e2e-fast: ## one golden case and one mesh on real components, about a minute once built
	e2e/run fast

# One target at a time is what `go test -fuzz` takes. What it finds, it writes to
# testdata/fuzz beside the test: a case to commit with the fix.
.PHONY: fuzz
fuzz: ## fuzz each target for FUZZTIME, 20s by default
	@find generator -name '*_test.go' -exec grep -o '^func Fuzz[A-Za-z0-9_]*' /dev/null {} + | \
	sed 's|/[^/:]*:func | |' | while read -r dir name; do \
		echo "$$name in $$dir"; \
		$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "./$$dir" </dev/null || exit 1; \
	done

.PHONY: bench
bench: ## measure isthmus beside istioctl: some minutes (ARGS='-rounds 3' for fewer rounds)
	cd .bench && $(GO) run . $(ARGS)

.PHONY: clean
clean: ## remove what was built and the demo
	rm -rf bin demo

.PHONY: ci
ci: ## what must pass before a merge, as CI runs it
	.ci/run
