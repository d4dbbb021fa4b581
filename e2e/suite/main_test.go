// Package suite_test runs generated trees on real components. Start it with
// e2e/run, which builds the components and gives the suite a network of its own.
package suite_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"istio.io/istio/pkg/log"

	"isthmus.dev/isthmus/e2e/suite/mesh"
	"isthmus.dev/isthmus/e2e/suite/process"
	"isthmus.dev/isthmus/e2e/suite/report"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

var table report.Tables

func TestMain(m *testing.M) {
	if os.Getpid() != 1 || os.Getenv("E2E_BIN") == "" {
		fmt.Fprintln(os.Stderr, "run the suite with e2e/run: it takes namespaces of its own")
		os.Exit(2)
	}
	// The first process of a PID namespace gets no default action for signals.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		fmt.Fprintf(os.Stderr, "e2e: %s\n", <-signals)
		os.Exit(130)
	}()
	for _, s := range log.Scopes() { // of Istio's own code that runs in here
		s.SetOutputLevel(log.WarnLevel)
	}
	code := m.Run()
	table.Print(os.Stdout)
	os.Exit(code)
}

// checked is one assertion about a mesh.
type checked struct {
	name string
	do   func(*mesh.Mesh, context.Context) error
	// within is how long it may take until it holds.
	within time.Duration
}

// checks of every model, in the order in which a mesh comes to life.
func checks() []checked {
	return []checked{
		{"observed", (*mesh.Mesh).Observed, time.Minute},
		{"patched", (*mesh.Mesh).Patched, time.Minute},
		{"injected", (*mesh.Mesh).Injected, 2 * time.Minute},
		{"identified", (*mesh.Mesh).Identified, time.Minute},
		{"endpoints", (*mesh.Mesh).Endpoints, time.Minute},
		{"exposed", (*mesh.Mesh).Exposed, time.Minute},
		{"configured", (*mesh.Mesh).Configured, time.Minute},
		{"no drift", (*mesh.Mesh).Drifted, 20 * time.Second},
		{"reapplied", (*mesh.Mesh).Reapplied, 20 * time.Second},
	}
}

// up starts a mesh and takes it down with the test.
func up(t *testing.T, model string, change func(*mesh.Options)) *mesh.Mesh {
	t.Helper()
	start := time.Now()
	dir := workDir(t)
	authority, err := wire.NewAuthority("authority of gateways", nil)
	if err != nil {
		t.Fatal(err)
	}
	o := mesh.Options{
		Bin: os.Getenv("E2E_BIN"), Dir: dir, Topology: filepath.Join("..", "topologies", model+".yaml"),
		Authority: authority, CRDs: filepath.SplitList(os.Getenv("E2E_CRDS")),
	}
	if change != nil {
		change(&o)
	}
	m, err := mesh.Up(t.Context(), o)
	result := report.Passed
	if err != nil {
		result = report.Failed
	}
	table.Add(row(t), "applied", result)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("up after %s", time.Since(start).Round(time.Second))
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(m.Logs())
		}
		m.Down()
		table.Took(row(t), time.Since(start))
	})
	return m
}

// hold runs checks as tests of their own. After one has failed, what depends on
// the same thing would fail too: the others are not waited for long.
func hold(t *testing.T, m *mesh.Mesh, all []checked) {
	t.Helper()
	for _, c := range all {
		if t.Failed() {
			c.within = 5 * time.Second
		}
		name, result := row(t), report.Failed
		if t.Run(c.name, func(t *testing.T) {
			if err := process.Until(t.Context(), c.within, func(ctx context.Context) error { return c.do(m, ctx) }); err != nil {
				t.Fatal(err)
			}
		}) {
			result = report.Passed
		}
		table.Add(name, c.name, result)
	}
}

// row names a test's table and its row there: "Mesh" and "external" for TestMesh/external.
func row(t *testing.T) report.Row {
	table, model, _ := strings.Cut(strings.TrimPrefix(t.Name(), "Test"), "/")
	return report.Row{Table: table, Model: strings.ReplaceAll(model, "_", " ")}
}

// workDir holds trees and logs of a test, and is kept when it fails. The tests run
// where they lie, so files of the suite are found from there.
func workDir(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(os.Getenv("E2E_BIN"), "run", t.Name())
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !t.Failed() {
			_ = os.RemoveAll(dir)
		}
	})
	return dir
}
