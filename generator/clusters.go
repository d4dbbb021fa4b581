package generator

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/overlay"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/render"
	"isthmus.dev/isthmus/generator/stamp"
	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// generation renders and checks clusters: those that are alike from one stamp,
// all others one by one.
type generation struct {
	plan     *plan.Plan
	renderer *render.Renderer
	overlays *overlay.Overlays
	clusters []plan.Cluster
	full     bool
	progress func(done, total int, cluster string)

	// rendered has the components of each cluster, with files in place of objects.
	rendered [][]component.Component
	// pack has what clusters that were rendered one by one have in common.
	pack stamp.Pack
	// failed has what is wrong with each cluster, nil where nothing is.
	failed []error
	// like names, for a cluster that was stamped, the one that was rendered and
	// checked for it.
	like map[string]string

	// definitions are the CRDs of each version of the charts, in the order in which
	// the clusters need them.
	definitions []*definitions

	// renders counts how often a cluster was rendered.
	renders atomic.Int64

	mu   sync.Mutex
	done int
}

func (g *generation) run(ctx context.Context) error {
	g.rendered = make([][]component.Component, len(g.clusters))
	g.failed = make([]error, len(g.clusters))
	g.like = map[string]string{}
	wait := g.crds()
	var jobs []func() error
	alike := map[int]bool{}
	if !g.full {
		for _, k := range stamp.Kinds(g.clusters) {
			jobs = append(jobs, g.kind(ctx, k)...)
			for _, i := range k.Members {
				alike[i] = true
			}
		}
	}
	for i := range g.clusters {
		if !alike[i] {
			jobs = append(jobs, func() error { g.direct(i); return nil })
		}
	}
	err := parallel(ctx, jobs)
	wait()
	failures := g.failures()
	return errors.Join(err, errors.Join(failures...), errors.Join(notYet(g.definitions, failures)...))
}

// definitions are the CRDs of a version of the charts.
type definitions struct {
	version string
	files   []manifest.File
	err     error
}

// crds begins to render the CRDs, and returns what waits for them. All installs of
// a version wait for the same rendering of the chart base, so it begins first, and
// beside the clusters, whose own charts keep a processor busy meanwhile.
func (g *generation) crds() (wait func()) {
	var wg sync.WaitGroup
	known := map[string]bool{}
	for _, c := range g.clusters {
		if c.CRDs == nil || known[c.CRDs.Version] {
			continue
		}
		known[c.CRDs.Version] = true
		d := &definitions{version: c.CRDs.Version}
		g.definitions = append(g.definitions, d)
		wg.Go(func() {
			objects, err := g.renderer.CRDs(*c.CRDs, c.Installs)
			if err == nil {
				d.files, err = manifest.Files(objects)
			}
			d.err = err
		})
	}
	return wg.Wait
}

// kind renders a kind of clusters: once with marks, once as the first of them
// is, and all of them one by one if that does not explain them.
func (g *generation) kind(ctx context.Context, k stamp.Kind) []func() error {
	var (
		wait         sync.WaitGroup
		marked       []component.Component
		failed       error
		first, other = k.Members[0], k.Members[1:]
	)
	wait.Add(1)
	return []func() error{
		func() error {
			defer wait.Done()
			marked, failed = g.cluster(k.Marked())
			return nil // what is wrong for marks alone is no fault of the topology
		},
		func() error {
			components, err := g.cluster(g.clusters[first])
			wait.Wait()
			if err == nil && failed == nil {
				s, err := k.New(marked, components, g.clusters[first])
				if err != nil {
					return err
				}
				if s != nil {
					g.stamp(s, k.Members)
					return nil
				}
			}
			g.keep(first, components, err)
			jobs := make([]func() error, len(other))
			for n, i := range other {
				jobs[n] = func() error { g.direct(i); return nil }
			}
			return parallel(ctx, jobs)
		},
	}
}

// stamp makes the components of all clusters of a kind, those of the first too,
// so that the check of the tree sees for itself that they are of one template.
func (g *generation) stamp(s *stamp.Stamp, members []int) {
	first := g.clusters[members[0]].Name
	for _, i := range members {
		c := g.clusters[i].Name
		g.rendered[i] = s.Cluster(g.clusters[i])
		if c != first {
			g.mu.Lock()
			g.like[c] = first
			g.mu.Unlock()
		}
		g.step(c)
	}
}

// direct renders one cluster of the plan.
func (g *generation) direct(i int) {
	components, err := g.cluster(g.clusters[i])
	g.keep(i, components, err)
}

// keep notes what came of a cluster that was rendered on its own.
func (g *generation) keep(i int, components []component.Component, err error) {
	c := g.clusters[i]
	if err == nil {
		if components, err = g.pack.Cluster(c, components); err != nil {
			err = &failure{clusters: []string{c.Name}, err: err}
		}
	}
	g.rendered[i], g.failed[i] = components, err
	g.step(c.Name)
}

// cluster renders and checks a cluster. What engines and people need to know to
// reach it plays no part, and so cannot tell clusters of a kind apart. An error is
// a failure or of the check.
func (g *generation) cluster(c plan.Cluster) ([]component.Component, error) {
	g.renders.Add(1)
	c.Delivery, c.APIServer = v1alpha1.ClusterDelivery{}, ""
	components, err := g.renderer.Cluster(c)
	if err == nil {
		components, err = g.overlays.Apply(components, c.Platform, c.Overlays)
	}
	if err == nil && argocd(g.plan, c) {
		components, err = g.overlays.Waves(components)
	}
	if err != nil {
		return nil, &failure{clusters: []string{c.Name}, err: err}
	}
	return components, check.Cluster(c.Name, components)
}

func (g *generation) step(cluster string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done++
	if g.progress != nil {
		g.progress(g.done, len(g.clusters), cluster)
	}
}

// parallel does jobs on all processors, in order, and returns all errors.
func parallel(ctx context.Context, jobs []func() error) error {
	var (
		errs = make([]error, len(jobs))
		next = make(chan int)
		wait sync.WaitGroup
	)
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		wait.Go(func() {
			for i := range next {
				errs[i] = jobs[i]()
			}
		})
	}
	for i := range jobs {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}
