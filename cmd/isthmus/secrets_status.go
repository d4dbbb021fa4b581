package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"isthmus.dev/isthmus/generator/check"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/layout"
	"isthmus.dev/isthmus/generator/secrets/sealed"
	"isthmus.dev/isthmus/generator/secrets/trust"
)

type secretsStatusOptions struct {
	keptOptions
	within time.Duration
	now    func() time.Time
}

func newSecretsStatus(s streams, m *messages) *cobra.Command {
	o := secretsStatusOptions{now: time.Now}
	cmd := &cobra.Command{
		Use:   "status -f TOPOLOGY -o DIR",
		Short: "Say when each signing certificate ends, and which clusters share a root",
		Long: `Says of each control plane whose certificate is kept with SOPS when it ends, when
its root ends, and which root that is, of each remote secret whether it is what the
topology asks for, and what is missing. It reads the public files beside the
encrypted ones, and what those have in clear, and so needs no key. Exits with 1 if
something is missing, has ended or ends soon, is not encrypted, was made for
something else, or if control planes do not trust each other.`,
		Example: `  isthmus secrets status -f topology.yaml -o .
  isthmus secrets status -f topology.yaml -o . --within 2160h`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return o.run(s, m) },
	}
	o.flags(cmd)
	cmd.Flags().DurationVar(&o.within, "within", 30*24*time.Hour, "how long before its end a certificate is to be rotated")
	return cmd
}

func (o *secretsStatusOptions) run(s streams, m *messages) error {
	_, p, files, err := o.read(s, m)
	if err != nil {
		return err
	}
	certs, err := trust.Status(p, files)
	if err != nil {
		return err
	}
	found := sealed.Compare(p, p.Clusters, files)
	bad := len(found) > 0
	bad = o.table(s.out, certs, found) || bad
	bad = remoteTable(s.out, p, files, found) || bad
	m.warn(trust.Ended(certs, o.now()))
	m.warn(sealed.Texts(found))
	for _, warnings := range [][]string{layout.Missing(p, p.Clusters, files), trust.Apart(p, certs)} {
		bad = bad || len(warnings) > 0
		m.warn(warnings)
	}
	if err := check.Encrypted(files); err != nil {
		bad = true
		m.say("Warning:%s", indent(err.Error()))
	}
	if bad {
		return errDifference
	}
	return nil
}

// table prints a line for each control plane, and says whether one of them needs
// a new certificate.
func (o *secretsStatusOptions) table(out io.Writer, certs []trust.Certificate, found []sealed.Finding) bool {
	if len(certs) == 0 {
		return false
	}
	bad := false
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MESH\tCLUSTER\tENDS\tROOT\tROOT ENDS\tSTATE")
	for _, c := range certs {
		state := o.state(c)
		if other := sealed.State(found, layout.CAFile(c.Mesh, c.Cluster)); state == valid && other != "" {
			state = other
		}
		bad = bad || state != valid
		if c.Missing {
			fmt.Fprintf(w, "%s\t%s\t-\t-\t-\t%s\n", c.Mesh, c.Cluster, state)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.Mesh, c.Cluster, c.Ends.UTC().Format(time.DateOnly), c.Root, c.RootEnds.UTC().Format(time.DateOnly), state)
	}
	if err := w.Flush(); err != nil {
		return true
	}
	return bad
}

// remoteTable prints a line for each remote secret that is to be there, and says
// whether one of them is not as the plan has it.
func remoteTable(out io.Writer, p *plan.Plan, files map[string][]byte, found []sealed.Finding) bool {
	bad, some := false, false
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "MESH\tREMOTE SECRET OF\tSTATE")
	for _, m := range p.Meshes {
		if len(m.SOPS.RemoteSecrets) == 0 {
			continue
		}
		for _, c := range layout.Observed(p, m) {
			file, state := layout.RemoteFile(m.Name, c.Name), valid
			if _, there := files[file]; !there {
				state = "missing"
			} else if other := sealed.State(found, file); other != "" {
				state = other
			}
			some, bad = true, bad || state != valid
			fmt.Fprintf(w, "%s\t%s\t%s\n", m.Name, c.Name, state)
		}
	}
	if !some {
		return false
	}
	return w.Flush() != nil || bad
}

// valid is the state of what needs nothing.
const valid = "valid"

func (o *secretsStatusOptions) state(c trust.Certificate) string {
	now := o.now()
	switch {
	case c.Missing:
		return "missing"
	case !now.Before(c.RootEnds):
		return "the root has ended: move to another one"
	case !now.Before(c.Ends):
		return "ended: rotate it"
	case !now.Add(o.within).Before(c.RootEnds):
		return "the root ends soon: move to another one"
	case !now.Add(o.within).Before(c.Ends):
		return "ends soon: rotate it"
	}
	return valid
}
