// Command isthmus turns a topology file into a GitOps repository for an Istio
// mesh over many clusters.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// The collector took a quarter of a run's time, most of it in a heap of some
// 100 MiB. Up to memorySoft it may wait; a run has ended by then.
const (
	collectAt  = 400
	memorySoft = 384 << 20
)

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(collectAt)
		debug.SetMemoryLimit(memorySoft)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
