package main

import (
	"slices"
	"sync"

	"go.uber.org/zap/zapcore"
	"istio.io/istio/pkg/log"
)

// istioLog collects what Istio's renderer logs, so that it is said once, however
// many clusters it is about, as any warning is said.
type istioLog struct {
	mu   sync.Mutex
	seen []string
}

// collectIstioLog has Istio's log, of which a process has one, go to a new collector.
func collectIstioLog() (*istioLog, error) {
	l := &istioLog{}
	options := log.DefaultOptions().WithExtension(func(zapcore.Core) (zapcore.Core, func() error, error) {
		return l, func() error { return nil }, nil
	})
	options.OutputPaths = nil
	return l, log.Configure(options)
}

// warnings are the distinct lines, sorted, since clusters are rendered at once.
func (l *istioLog) warnings() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(slices.Values(l.seen))
}

// Enabled is part of a zapcore.Core.
func (l *istioLog) Enabled(level zapcore.Level) bool { return level >= zapcore.WarnLevel }

// With is part of a zapcore.Core.
func (l *istioLog) With([]zapcore.Field) zapcore.Core { return l }

// Check is part of a zapcore.Core.
func (l *istioLog) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if l.Enabled(e.Level) {
		return to.AddCore(e, l)
	}
	return to
}

// Write is part of a zapcore.Core.
func (l *istioLog) Write(e zapcore.Entry, _ []zapcore.Field) error {
	line := "Istio: " + e.Message
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Enabled(e.Level) && !slices.Contains(l.seen, line) {
		l.seen = append(l.seen, line)
	}
	return nil
}

// Sync is part of a zapcore.Core.
func (l *istioLog) Sync() error { return nil }
