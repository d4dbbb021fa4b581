package main

import (
	"context"
	"slices"
	"time"

	"isthmus.dev/isthmus/generator"
	"isthmus.dev/isthmus/generator/diff"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/trust"
	"isthmus.dev/isthmus/generator/topology"
	"isthmus.dev/isthmus/generator/tree"
)

// treeFor returns the tree for a directory, and the encrypted secrets that the user
// keeps there, to which it refers.
func treeFor(ctx context.Context, t *topology.Topology, dir string, clusters []string, full bool, m *messages) (diff.Generated, error) {
	secrets, err := repo.ReadFolder(dir, layout.Root)
	if err != nil {
		return diff.Generated{}, err
	}
	out, err := generated(ctx, t, generator.Options{Clusters: clusters, Secrets: secrets, Full: full}, m)
	warnTrust(plan.Build(t), secrets, clusters, time.Now(), m)
	return diff.Generated{Tree: out, Secrets: secrets, Clusters: clusters}, err
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
	own, err := trust.Status(hostsOf(p, clusters), secrets)
	if err != nil {
		m.say("Warning: nobody can see when these signing certificates end:%s", indent(err.Error()))
	}
	m.warn(trust.Ended(own, now))
	all := own
	if len(clusters) > 0 {
		all, _ = trust.Status(p, secrets) // what of the others cannot be read is theirs to say
		all = slices.DeleteFunc(all, func(c trust.Certificate) bool {
			return !slices.ContainsFunc(own, func(o trust.Certificate) bool { return o.Mesh == c.Mesh })
		})
	}
	m.warn(trust.Apart(p, all))
}

// hostsOf is the plan with the control planes of these clusters alone, or of all if
// there are none.
func hostsOf(p *plan.Plan, clusters []string) *plan.Plan {
	if len(clusters) == 0 {
		return p
	}
	out := *p
	out.Meshes = slices.Clone(p.Meshes)
	for i, m := range out.Meshes {
		out.Meshes[i].Hosts = slices.DeleteFunc(slices.Clone(m.Hosts), func(h plan.Host) bool { return !slices.Contains(clusters, h.Cluster) })
	}
	return &out
}
