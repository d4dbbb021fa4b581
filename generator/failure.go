package generator

import (
	"fmt"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/several"
)

// failure is why clusters cannot be generated.
type failure struct {
	clusters []string
	err      error
}

// Error names the clusters, or the first of many.
func (f *failure) Error() string {
	if len(f.clusters) == 0 {
		return f.err.Error()
	}
	const most = 5
	names := make([]string, len(f.clusters))
	for i, c := range f.clusters {
		names[i] = fmt.Sprintf("%q", c)
	}
	who := "cluster"
	if len(f.clusters) > 1 {
		who = "clusters"
	}
	return fmt.Sprintf("%s %s: %v", who, several.Names(names, most), f.err)
}

// Unwrap returns the reason.
func (f *failure) Unwrap() error { return f.err }

// failures says what keeps each cluster from being generated, in their order. What
// many clusters share, since the same settings reach all of them, is said once.
func (g *generation) failures() []error {
	var out []error
	same := map[string]*failure{}
	for _, failed := range g.failed {
		for _, f := range reasons(failed) {
			if known := same[f.err.Error()]; known != nil {
				known.clusters = append(known.clusters, f.clusters...)
				continue
			}
			same[f.err.Error()] = f
			out = append(out, f)
		}
	}
	return out
}

// reasons takes apart what is wrong with a cluster: a failure, or findings.
func reasons(err error) []*failure {
	var out []*failure
	switch err := err.(type) { //nolint:errorlint // only what is joined is taken apart
	case nil:
	case interface{ Unwrap() []error }:
		for _, e := range err.Unwrap() {
			out = append(out, reasons(e)...)
		}
	case *failure:
		out = append(out, &failure{clusters: slices.Clone(err.clusters), err: err.err})
	case check.Finding:
		cluster := err.Cluster
		err.Cluster = ""
		out = append(out, &failure{clusters: []string{cluster}, err: err})
	default:
		out = append(out, &failure{err: err})
	}
	return out
}

// notYet leaves out what is wrong with CRDs where a cluster's failure ends in the
// same words: the settings of an install shape its chart base too.
func notYet(of []*definitions, failures []error) []error {
	var out []error
	for _, d := range of {
		said := d.err == nil || slices.ContainsFunc(failures, func(err error) bool {
			return err != nil && strings.HasSuffix(err.Error(), d.err.Error())
		})
		if !said {
			out = append(out, fmt.Errorf("CRDs of Istio %s: %w", d.version, d.err))
		}
	}
	return out
}
