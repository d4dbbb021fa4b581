// Package trust makes the encrypted signing certificates of meshes, and says of
// those that are there when they end and whom they trust.
package trust

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"filippo.io/age"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/encrypt"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/templates"
)

// Options of a run.
type Options struct {
	Plan *plan.Plan
	// Files are the secrets that are there, by path.
	Files map[string][]byte
	// Meshes to look after by name, none for all.
	Meshes []string
	// Rotate names clusters that get a new certificate though they have one.
	Rotate []string
	// Root is the user's own; nil: the one that is stored, or a new one for a mesh
	// that has none yet.
	Root *ca.Authority
	// DiscardRoot keeps the key of a new root out of the repository.
	DiscardRoot bool
	Algorithm   ca.Algorithm
	// RootValidity and Validity are for how long new certificates hold.
	RootValidity, Validity time.Duration
	// Identities can decrypt the root's key where it is stored.
	Identities []age.Identity
	Now        time.Time
}

// Result of a run. Nothing is written yet.
type Result struct {
	// Files to write, by path.
	Files map[string][]byte
	// Made are the clusters that got a certificate.
	Made []Certificate
	// NewRoots are the meshes that got a root.
	NewRoots []string
	// Kept are the files of certificates that were there and stay as they are.
	Kept []string
}

// Make makes the certificates that are missing or to be rotated, all of them or
// none. It fails if a mesh would come out of it with control planes that do not
// trust each other.
func Make(o Options) (Result, error) {
	out := Result{Files: map[string][]byte{}}
	var errs []error
	sops := false
	for _, m := range o.Plan.Meshes {
		if len(m.SOPS.Trust) == 0 || len(o.Meshes) > 0 && !slices.Contains(o.Meshes, m.Name) {
			continue
		}
		sops = true
		if err := o.mesh(m, &out); err != nil {
			errs = append(errs, fmt.Errorf("mesh %q: %w", m.Name, err))
		}
	}
	if !sops {
		return Result{}, errors.New("no such mesh keeps its trust in Git: set spec.trust.provider to sops and list ageRecipients")
	}
	if err := errors.Join(errs...); err != nil {
		return Result{}, err
	}
	return out, nil
}

func (o Options) mesh(m plan.Mesh, out *Result) error {
	var todo []plan.Host
	for _, h := range m.Hosts {
		file := layout.CAFile(m.Name, h.Cluster)
		if _, there := o.Files[file]; !there || slices.Contains(o.Rotate, h.Cluster) {
			todo = append(todo, h)
			continue
		}
		out.Kept = append(out.Kept, file)
		if _, there := o.Files[listFile(m, h)]; !there {
			if err := list(m, h, out); err != nil {
				return fmt.Errorf("cluster %q: %w", h.Cluster, err)
			}
		}
	}
	if len(todo) == 0 {
		return nil
	}
	root, err := o.root(m, todo, out)
	if err != nil {
		return err
	}
	for _, h := range todo {
		c, err := root.Intermediate(h.Cluster, h.Namespace, o.Algorithm, o.Validity, o.Now)
		if err != nil {
			return fmt.Errorf("cluster %q: %w", h.Cluster, err)
		}
		if err := o.add(m, h, c, root, out); err != nil {
			return fmt.Errorf("cluster %q: %w", h.Cluster, err)
		}
	}
	after := map[string][]byte{}
	for _, set := range []map[string][]byte{o.Files, out.Files} {
		for name, data := range set {
			after[name] = data
		}
	}
	certs, err := certificates(m, after)
	if err != nil {
		return err
	}
	for _, c := range certs {
		if slices.ContainsFunc(todo, func(h plan.Host) bool { return h.Cluster == c.Cluster }) {
			out.Made = append(out.Made, c)
		}
	}
	return apart(m, certs)
}

// root is what signs: the user's, the stored one, or a new one.
func (o Options) root(m plan.Mesh, todo []plan.Host, out *Result) (ca.Authority, error) {
	if o.Root != nil {
		return *o.Root, nil
	}
	file := layout.RootKeyFile(m.Name)
	if data, stored := o.Files[file]; stored {
		return o.stored(file, data)
	}
	if len(todo) < len(m.Hosts) || slices.ContainsFunc(m.Hosts, func(h plan.Host) bool { return o.Files[layout.CAFile(m.Name, h.Cluster)] != nil }) {
		return ca.Authority{}, fmt.Errorf("it has a root, whose key is not in %q: give --root-key and --root-cert", file)
	}
	root, err := ca.NewRoot(o.Algorithm, o.RootValidity, o.Now)
	if err != nil {
		return ca.Authority{}, err
	}
	out.NewRoots = append(out.NewRoots, m.Name)
	if o.DiscardRoot {
		return root, nil
	}
	key, err := ca.KeyPEM(root.Key)
	if err != nil {
		return ca.Authority{}, err
	}
	// No Secret: a kind that no cluster takes, should anyone ever apply it.
	clear, err := manifest.Encode(map[string]any{
		"apiVersion": "isthmus.dev/v1alpha1", "kind": "RootCA", "metadata": map[string]any{"name": m.Name},
		"stringData": map[string]any{rootCert: string(ca.CertPEM(root.Cert)), rootKey: string(key)},
	})
	if err != nil {
		return ca.Authority{}, err
	}
	out.Files[file], err = encrypt.Encrypt(clear, m.SOPS.Trust, o.Now)
	return root, err
}

// Keys of the file with the root's key.
const (
	rootCert = "root-cert.pem"
	rootKey  = "root-key.pem"
)

func (o Options) stored(file string, data []byte) (ca.Authority, error) {
	clear, err := encrypt.Decrypt(data, o.Identities)
	if errors.Is(err, encrypt.ErrWrongKey) {
		return ca.Authority{}, fmt.Errorf("the root's key in %q: %w; set SOPS_AGE_KEY_FILE to the file of a recipient, or give --root-key and --root-cert", file, err)
	}
	if err != nil {
		return ca.Authority{}, fmt.Errorf("the root's key in %q: %w", file, err)
	}
	o2, err := manifest.Decode(clear)
	if err != nil {
		return ca.Authority{}, fmt.Errorf("the root's key in %q: %w", file, err)
	}
	return ca.ParseAuthority([]byte(o2.Text("stringData", rootCert)), []byte(o2.Text("stringData", rootKey)), o.Now)
}

// add adds the files of one cluster's certificate.
func (o Options) add(m plan.Mesh, h plan.Host, c, root ca.Authority, out *Result) error {
	key, err := ca.KeyPEM(c.Key)
	if err != nil {
		return err
	}
	chain := ca.CertPEM(c.Cert, root.Cert)
	// Without cacerts istiod has nothing to sign with, and workloads nothing in common
	// to trust, so it outlives a file that is moved or removed by mistake.
	guards, err := manifest.Skeleton(templates.FS, "guards.yaml")
	if err != nil {
		return err
	}
	clear, err := manifest.Encode(map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
		"metadata": map[string]any{"name": "cacerts", "namespace": h.Namespace, "annotations": map[string]any(guards)},
		"stringData": map[string]any{
			"ca-cert.pem": string(ca.CertPEM(c.Cert)), "ca-key.pem": string(key),
			"cert-chain.pem": string(chain), "root-cert.pem": string(ca.CertPEM(root.Cert)),
		},
	})
	if err != nil {
		return err
	}
	file := layout.CAFile(m.Name, h.Cluster)
	if out.Files[file], err = encrypt.Encrypt(clear, m.SOPS.Trust, o.Now); err != nil {
		return err
	}
	out.Files[layout.ChainFile(m.Name, h.Cluster)] = chain
	return list(m, h, out)
}

// list adds the kustomization without which nothing refers to a certificate.
func list(m plan.Mesh, h plan.Host, out *Result) error {
	data, err := layout.KustomizationOf([]string{layout.CAFile(m.Name, h.Cluster)})
	out.Files[listFile(m, h)] = data
	return err
}

func listFile(m plan.Mesh, h plan.Host) string {
	return path.Join(layout.CA(m.Name, h.Cluster), layout.Kustomization)
}
