package trust

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/several"
)

// Certificate is the signing certificate of one control plane, as its public
// files have it.
type Certificate struct {
	Mesh, Cluster, Namespace string
	// Missing says that there is none; all that follows is then empty.
	Missing bool
	// Ends and RootEnds are when the certificate and its root end.
	Ends, RootEnds time.Time
	// Root is the fingerprint of the root that signed it.
	Root string
}

// Status lists the certificates of all control planes whose trust SOPS keeps,
// from files that need no key to read: whoever may review the repository may see
// when a certificate ends.
func Status(p *plan.Plan, files map[string][]byte) ([]Certificate, error) {
	var (
		out  []Certificate
		errs []error
	)
	for _, m := range p.Meshes {
		if len(m.SOPS.Trust) == 0 {
			continue
		}
		certs, err := certificates(m, files)
		out, errs = append(out, certs...), append(errs, err)
	}
	return out, errors.Join(errs...)
}

// Apart says of each mesh which of these control planes do not trust each other,
// and what to do; nothing if all do.
func Apart(p *plan.Plan, certs []Certificate) []string {
	var out []string
	for _, m := range p.Meshes {
		var own []Certificate
		for _, c := range certs {
			if c.Mesh == m.Name {
				own = append(own, c)
			}
		}
		if err := apart(m, own); err != nil {
			out = append(out, fmt.Sprintf("mesh %q: %v", m.Name, err))
		}
	}
	return out
}

// Ended says which of these certificates and roots have ended by now, by the files
// that hold them, and what to do: a line for each root, and one for all other
// certificates of a mesh.
func Ended(certs []Certificate, now time.Time) []string {
	type group struct{ mesh, root, day string } // no root: it holds on
	var groups []group
	files := map[group][]string{}
	for _, c := range certs {
		if c.Missing || now.Before(c.Ends) && now.Before(c.RootEnds) {
			continue
		}
		g := group{mesh: c.Mesh}
		file := fmt.Sprintf("%q", layout.ChainFile(c.Mesh, c.Cluster))
		if now.Before(c.RootEnds) {
			file += " on " + day(c.Ends)
		} else {
			g.root, g.day = c.Root, day(c.RootEnds)
		}
		if files[g] == nil {
			groups = append(groups, g)
		}
		files[g] = append(files[g], file)
	}
	var out []string
	for _, g := range groups {
		if g.root == "" {
			out = append(out, fmt.Sprintf("mesh %q: signing certificates have ended, and istiod signs for no workload with them: %s; run \"isthmus secrets ca --rotate CLUSTER\" for the cluster of each, with the same -f and -o, and commit it", g.mesh, several.Some(files[g])))
			continue
		}
		out = append(out, fmt.Sprintf("mesh %q: the root %s ended on %s, and with it all that it signed: %s; make a new root and run \"isthmus secrets ca --mesh %s --rotate '*' --root-key KEY --root-cert CERT\" with the same -f and -o; \"When a root has ended\" in docs/trust.md of isthmus says what comes after", g.mesh, g.root, g.day, several.Some(files[g]), g.mesh))
	}
	return out
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func certificates(m plan.Mesh, files map[string][]byte) ([]Certificate, error) {
	var (
		out  []Certificate
		errs []error
	)
	for _, h := range m.Hosts {
		c := Certificate{Mesh: m.Name, Cluster: h.Cluster, Namespace: h.Namespace}
		if _, there := files[layout.CAFile(m.Name, h.Cluster)]; !there {
			c.Missing = true
			out = append(out, c)
			continue
		}
		chain, err := read(files, layout.ChainFile(m.Name, h.Cluster))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		root := chain[len(chain)-1]
		c.Ends, c.RootEnds, c.Root = chain[0].NotAfter, root.NotAfter, Fingerprint(root)
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

func read(files map[string][]byte, name string) ([]*x509.Certificate, error) {
	const cure = "restore it from Git, or make the certificate again with \"isthmus secrets ca --rotate\""
	data, there := files[name]
	if !there {
		return nil, fmt.Errorf("there is no %q: %s", name, cure)
	}
	certs, err := ca.ParseCerts(data)
	if err != nil {
		return nil, fmt.Errorf("%q: %w; %s", name, err, cure)
	}
	return certs, nil
}

// fingerprintLength is enough to tell the few roots of a mesh apart.
const fingerprintLength = 8

// Fingerprint is the beginning of a certificate's SHA-256.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:fingerprintLength])
}

// apart: either one root signs for all, or each that signs is one that the whole
// mesh trusts besides.
func apart(m plan.Mesh, certs []Certificate) error {
	trusted := map[string]bool{}
	for _, text := range m.AdditionalRoots {
		roots, err := ca.ParseCerts([]byte(text))
		if err != nil {
			return fmt.Errorf("spec.trust.additionalRoots: %w", err)
		}
		for _, root := range roots {
			trusted[Fingerprint(root)] = true
		}
	}
	users := map[string][]string{}
	for _, c := range certs {
		if !c.Missing {
			users[c.Root] = append(users[c.Root], c.Cluster)
		}
	}
	if len(users) < 2 {
		return nil
	}
	var lines []string
	for _, root := range slices.Sorted(maps.Keys(users)) {
		if !trusted[root] {
			lines = append(lines, fmt.Sprintf("root %s, of %s", root, several.Some(users[root])))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("control planes have different roots, and mTLS between their workloads fails unless all trust each of them: %s; sign with one root for all, or list the roots in spec.trust.additionalRoots and apply that first", strings.Join(lines, "; "))
}
