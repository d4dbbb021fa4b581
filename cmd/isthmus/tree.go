package main

import (
	"context"
	"slices"
	"time"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/trust"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// treeFor returns the tree for a directory, which refers to the encrypted secrets
// that the user keeps there.
func treeFor(ctx context.Context, t *topology.Topology, dir string, clusters []string, full bool, m *messages) (*tree.Tree, error) {
	secrets, err := repo.ReadFolder(dir, layout.Root)
	if err != nil {
		return nil, err
	}
	out, err := generated(ctx, t, generator.Options{Clusters: clusters, Secrets: secrets, Full: full}, m)
	warnTrust(plan.Build(t), secrets, clusters, time.Now(), m)
	return out, err
}

// generated generates, shows how far that is, and says what Istio and isthmus warn of.
func generated(ctx context.Context, t *topology.Topology, o generator.Options, m *messages) (*tree.Tree, error) {
	istio, err := collectIstioLog()
	if err != nil {
		return nil, err
	}
	var (
		warnings []string
		end      func()
	)
	o.Progress, end = m.progress("rendering")
	o.Warn = func(w string) { warnings = append(warnings, w) }
	out, err := generator.Generate(ctx, t, o)
	end()
	m.warn(append(warnings, istio.warnings()...))
	return out, err
}

// warnTrust warns of signing certificates that ended, of these clusters or, if
// there are none, of all, and of control planes that one of them does not trust. The
// tree does not depend on it: what is generated today is what was generated before
// the end.
func warnTrust(p *plan.Plan, secrets map[string][]byte, clusters []string, now time.Time, m *messages) {
	certs, err := trust.Status(p, secrets)
	if err != nil {
		m.say("Warning: nobody can see when these signing certificates end:%s", indent(err.Error()))
	}
	own := certs
	if len(clusters) > 0 {
		own = slices.DeleteFunc(slices.Clone(certs), func(c trust.Certificate) bool { return !slices.Contains(clusters, c.Cluster) })
	}
	m.warn(trust.Ended(own, now))
	m.warn(trust.Apart(p, slices.DeleteFunc(certs, func(c trust.Certificate) bool {
		return !slices.ContainsFunc(own, func(o trust.Certificate) bool { return o.Mesh == c.Mesh })
	})))
}
