package process

import (
	"context"
	"fmt"
	"time"
)

// Until calls check until it returns nil, and returns its last error when the
// time is over: what is observed late is as good as what is observed at once.
func Until(ctx context.Context, limit time.Duration, check func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	start := time.Now()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := check(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %s: %w", time.Since(start).Round(time.Second), err)
		case <-time.After(wait):
		}
	}
}
