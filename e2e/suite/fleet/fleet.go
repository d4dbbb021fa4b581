// Package fleet is the clusters that a GitOps engine delivers to. Nothing is
// applied to them here; only what a cloud and a kubelet do once an engine has
// applied something is stood in for, by an istiod that really runs.
package fleet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/istiod"
	"isthmus.dev/isthmus/e2e/suite/kube"
	"isthmus.dev/isthmus/e2e/suite/tree"
	"isthmus.dev/isthmus/e2e/suite/wire"
)

// Fleet is clusters that run, and a tree for them.
type Fleet struct {
	Clusters map[string]*kube.Cluster
	// Tree is the folder with the tree.
	Tree string

	o       Options
	names   *wire.Names
	cancel  context.CancelFunc
	work    sync.WaitGroup
	mu      sync.Mutex
	istiods map[types.UID]*istiod.Istiod
	noted   map[string]error
	cloud   bool
}

// Options of a fleet.
type Options struct {
	// Bin is where the binaries are, Dir takes what the fleet writes.
	Bin, Dir string
	Clusters []string
}

// Start brings the clusters up, empty.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	f := &Fleet{
		Clusters: map[string]*kube.Cluster{}, Tree: filepath.Join(o.Dir, "tree"), o: o,
		istiods: map[types.UID]*istiod.Istiod{}, noted: map[string]error{},
	}
	// Not of ctx: what stands in works until Stop, also while a test cleans up.
	attend, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f.cancel = cancel
	if err := f.start(ctx); err != nil {
		f.Stop()
		return nil, err
	}
	for i, name := range o.Clusters {
		f.work.Go(func() { f.attend(attend, i, f.Clusters[name]) })
	}
	return f, nil
}

func (f *Fleet) start(ctx context.Context) error {
	var err error
	if f.names, err = wire.ServeNames(); err != nil {
		return err
	}
	errs := make([]error, len(f.o.Clusters))
	var wg sync.WaitGroup
	for i, name := range f.o.Clusters {
		wg.Go(func() {
			var c *kube.Cluster
			c, errs[i] = kube.Start(ctx, kube.Options{Name: name, Number: i + 1, Bin: f.o.Bin, Dir: f.o.Dir, Held: istiodApp})
			if c != nil {
				f.mu.Lock()
				defer f.mu.Unlock()
				f.Clusters[name] = c
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Generate writes the tree of a topology, over the tree that is there: what a
// topology has no more, isthmus itself removes.
func (f *Fleet) Generate(topology string, edits ...Edit) error {
	file, err := edited(topology, f.topology(), edits)
	if err != nil {
		return err
	}
	return tree.Generate(filepath.Join(f.o.Bin, "isthmus"), file, f.Tree)
}

// Sign makes the certificates of the control planes of the topology that was
// generated last, and makes anew those of the clusters to rotate. What refers to
// them is generated with it the next time.
func (f *Fleet) Sign(rotate ...string) error {
	args := []string{"secrets", "ca", "-f", f.topology(), "-o", f.Tree}
	for _, cluster := range rotate {
		args = append(args, "--rotate", cluster)
	}
	return tree.Isthmus(filepath.Join(f.o.Bin, "isthmus"), args...)
}

func (f *Fleet) topology() string { return filepath.Join(f.o.Dir, "topology.yaml") }

// Name gives a host name an address.
func (f *Fleet) Name(host, address string) { f.names.Set(host, address) }

// attend does for a cluster what its surroundings would.
func (f *Fleet) attend(ctx context.Context, number int, c *kube.Cluster) {
	for ctx.Err() == nil {
		for name, do := range map[string]func(context.Context, int, *kube.Cluster) error{
			"addresses of load balancers": f.balance,
			"istiods":                     f.run,
		} {
			if err := do(ctx, number, c); ctx.Err() == nil {
				f.note(c.Name+": "+name, err)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// note keeps the last error of each thing that is done again and again.
func (f *Fleet) note(name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.noted[name] = err
	} else {
		delete(f.noted, name)
	}
}

// Logs says what did not work, for the message of a test that failed.
func (f *Fleet) Logs() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out string
	for name, err := range f.noted {
		out += fmt.Sprintf("%s: %s\n", name, err)
	}
	for _, i := range f.istiods {
		if i != nil {
			out += fmt.Sprintf("istiod of %s:\n%s\n", i.Cluster.Name, i.Log(10))
		}
	}
	return out
}

// Stop ends everything.
func (f *Fleet) Stop() {
	f.cancel()
	f.work.Wait()
	for _, i := range f.istiods {
		if i != nil {
			i.Stop()
		}
	}
	for _, c := range f.Clusters {
		c.Stop()
	}
	if f.names != nil {
		f.names.Close()
	}
}
