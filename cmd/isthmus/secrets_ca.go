package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/repo"
	"isthmus.dev/isthmus/generator/secrets/ca"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/secrets/trust"
	"isthmus.dev/isthmus/generator/several"
)

type secretsCAOptions struct {
	keptOptions
	algorithm              string
	rootKey, rootCert      string
	noStoreRoot            bool
	meshes, rotate         []string
	validity, rootValidity time.Duration
	getenv                 func(string) string
}

func newSecretsCA(s streams, m *messages) *cobra.Command {
	o := secretsCAOptions{getenv: os.Getenv}
	cmd := &cobra.Command{
		Use:   "ca -f TOPOLOGY -o DIR",
		Short: "Make one root for a mesh and a signing certificate for each control plane",
		Long: `Makes one root for a mesh and, signed by it, a certificate for each control plane
with which it signs its workloads, encrypted as the Secrets cacerts into
secrets/<mesh>/ca. The root's key is encrypted into secrets/<mesh>/root-ca.sops.yaml,
which nothing refers to; --no-store-root forgets it, --root-key and --root-cert
bring a root of your own, with the name constraints that you want. Certificates that
are there already are kept: --rotate makes those of the clusters that it names anew.

To sign under a root whose key is stored, set SOPS_AGE_KEY_FILE (or SOPS_AGE_KEY)
to the age identity of a recipient.`,
		Example: `  isthmus secrets ca -f topology.yaml -o .
  isthmus secrets ca -f topology.yaml -o . --root-key root-key.pem --root-cert root-cert.pem
  isthmus secrets ca -f topology.yaml -o . --rotate cluster1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd, s, m) },
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.algorithm, "algorithm", string(ca.ECDSAP256), "of new keys: "+strings.Join(ca.Algorithms(), " or "))
	f.StringVar(&o.rootKey, "root-key", "", "private key of a root of your own, PEM")
	f.StringVar(&o.rootCert, "root-cert", "", "certificate of that root, PEM")
	f.BoolVar(&o.noStoreRoot, "no-store-root", false, "forget the key of a new root: no certificate can be added under it later")
	f.StringArrayVar(&o.meshes, "mesh", nil, "only this mesh, where the topology has several; may repeat")
	f.StringArrayVar(&o.rotate, "rotate", nil, "make the certificates of clusters whose name matches this glob anew; may repeat")
	f.DurationVar(&o.validity, "validity", ca.Validity, "for how long a control plane's certificate holds, never longer than its root")
	f.DurationVar(&o.rootValidity, "root-validity", ca.Validity, "for how long a new root holds")
	cmd.MarkFlagsRequiredTogether("root-key", "root-cert")
	cmd.MarkFlagsMutuallyExclusive("root-key", "no-store-root")
	return cmd
}

func (o *secretsCAOptions) run(cmd *cobra.Command, s streams, m *messages) error {
	if !slices.Contains(ca.Algorithms(), o.algorithm) {
		return fmt.Errorf("--algorithm %q is none; write one of %s", o.algorithm, strings.Join(ca.Algorithms(), ", "))
	}
	if o.validity <= 0 || o.rootValidity <= 0 {
		return errors.New("--validity and --root-validity must be longer than nothing; write one such as 8760h")
	}
	_, p, files, err := o.change(cmd.Context(), s, m)
	if err != nil {
		return err
	}
	if err := knownMeshes(p, o.meshes); err != nil {
		return err
	}
	rotate, err := matchHosts(p, o.rotate)
	if err != nil {
		return err
	}
	now := time.Now()
	root, err := o.root(now)
	if err != nil {
		return err
	}
	identities, err := identities(o.getenv)
	if err != nil {
		return err
	}
	made, err := trust.Make(trust.Options{
		Plan: p, Files: files, Meshes: o.meshes, Rotate: rotate, Root: root, DiscardRoot: o.noStoreRoot,
		Algorithm: ca.Algorithm(o.algorithm), Validity: o.validity, RootValidity: o.rootValidity, Identities: identities, Now: now,
	})
	if err != nil {
		return err
	}
	changes, err := repo.WriteBeside(cmd.Context(), o.dir, made.Files)
	if err != nil {
		return err
	}
	printChanges(s.out, changes)
	if len(made.Kept) > 0 {
		m.say("Signing certificates that were there and are kept: %d; --rotate makes them anew.", len(made.Kept))
	}
	for _, c := range made.Made {
		m.say("Cluster %s signs under root %s until %s.", c.Cluster, c.Root, c.Ends.UTC().Format(time.DateOnly))
	}
	for _, mesh := range made.NewRoots {
		if o.noStoreRoot {
			m.say("The key of the root of mesh %s is forgotten: a cluster that is added later needs a new root for all.", mesh)
		} else {
			m.say("The key of the root of mesh %s is in %s: move it to a safer place if you have one, and bring it with --root-key.", mesh, layout.RootKeyFile(mesh))
		}
	}
	if len(rotate) > 0 && len(changes) > 0 {
		m.say("istiod takes up a new certificate of the same root by itself; one of another root when it starts anew.")
	}
	unlike(p, files, made.Files, func(f sealed.Finding) bool { return !f.Remote }, m)
	generateAgain(m, changes)
	return nil
}

// root reads the user's own root, nil for none.
func (o *secretsCAOptions) root(now time.Time) (*ca.Authority, error) {
	if o.rootKey == "" {
		return nil, nil
	}
	key, err := os.ReadFile(o.rootKey)
	if err != nil {
		return nil, fmt.Errorf("cannot read the root's key: %w; name the file with --root-key", err)
	}
	cert, err := os.ReadFile(o.rootCert)
	if err != nil {
		return nil, fmt.Errorf("cannot read the root's certificate: %w; name the file with --root-cert", err)
	}
	root, err := ca.ParseAuthority(cert, key, now)
	if err != nil {
		return nil, err
	}
	return &root, nil
}

func knownMeshes(p *plan.Plan, names []string) error {
	var all []string
	for _, m := range p.Meshes {
		all = append(all, m.Name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("--mesh %q is none of the topology; there are %s", name, several.Some(all))
		}
	}
	return nil
}

// matchHosts returns the clusters with control planes that one of the globs
// matches.
func matchHosts(p *plan.Plan, globs []string) ([]string, error) {
	var names, all []string
	for _, m := range p.Meshes {
		for _, h := range m.Hosts {
			all = append(all, h.Cluster)
		}
	}
	for _, g := range globs {
		n := len(names)
		for _, name := range all {
			ok, err := path.Match(g, name)
			if err != nil {
				return nil, fmt.Errorf("--rotate %q is no glob: write a name, or a pattern with *, ? and [a-z]", g)
			}
			if ok {
				names = append(names, name)
			}
		}
		if len(names) == n {
			return nil, fmt.Errorf("--rotate %q matches no cluster with a control plane; there are %s", g, several.Some(all))
		}
	}
	return names, nil
}
