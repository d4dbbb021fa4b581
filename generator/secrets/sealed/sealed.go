// Package sealed compares what the encrypted files of a repository say in clear
// with the plan. SOPS encrypts values alone, so no key is needed to see for whom a
// Secret was made.
package sealed

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/secrets/kubeconfig"
	"isthmus.dev/isthmus/generator/secrets/layout"
)

// own is how annotations of isthmus begin.
const own = "isthmus.dev/"

// Kind is what a finding is about.
type Kind int

// The kinds of findings, in the order in which they are told.
const (
	// Place is a name or namespace that the plan does not have: the Secret is
	// applied to where no control plane reads it.
	Place Kind = iota
	// Origin is what a remote secret was made for: another API server, way to
	// authenticate or account than the plan's.
	Origin
	// Metadata is a label or an annotation that the plan has otherwise.
	Metadata
	// Recipients are others than those of the topology.
	Recipients
)

// Finding is one thing in which a file is not as the plan has it.
type Finding struct {
	Mesh string
	// Cluster whose certificate or remote secret the file is, "" for the root's key.
	Cluster, File string
	Kind          Kind
	// Says what the file has and what the plan has.
	Says string
	// State is the same in few words.
	State string
	// Remote says that the file is a remote secret, and no certificate.
	Remote bool

	// command that makes the file again, and its flag that names a cluster.
	command, flag string
	// Recipients to add and to remove.
	add, remove []string
}

// Compare compares the files that these clusters apply with the plan. What cannot
// be read in clear, and a file that is no Secret, is taken as it should be.
func Compare(p *plan.Plan, clusters []plan.Cluster, files map[string][]byte) []Finding {
	applies := func(h plan.Host) bool {
		return slices.ContainsFunc(clusters, func(c plan.Cluster) bool { return c.Name == h.Cluster })
	}
	var out []Finding
	for _, m := range p.Meshes {
		if len(m.SOPS.Trust) > 0 {
			command := "isthmus secrets ca"
			if len(p.Meshes) > 1 {
				command += " --mesh " + m.Name
			}
			for _, h := range m.Hosts {
				if applies(h) {
					f := Finding{Mesh: m.Name, Cluster: h.Cluster, File: layout.CAFile(m.Name, h.Cluster), command: command, flag: "--rotate"}
					out = append(out, f.compare(files, map[string]any{"name": "cacerts", "namespace": h.Namespace}, m.SOPS.Trust)...)
				}
			}
			if slices.ContainsFunc(m.Hosts, applies) {
				f := Finding{Mesh: m.Name, File: layout.RootKeyFile(m.Name)}
				out = append(out, f.compare(files, nil, m.SOPS.Trust)...)
			}
		}
		if len(m.SOPS.RemoteSecrets) == 0 || !slices.ContainsFunc(m.Hosts, applies) {
			continue
		}
		for _, c := range layout.Observed(p, m) {
			f := Finding{Mesh: m.Name, Cluster: c.Name, File: layout.RemoteFile(m.Name, c.Name), Remote: true, command: "isthmus secrets remote --rotate", flag: "--cluster"}
			out = append(out, f.compare(files, kubeconfig.Metadata(c, m.Hosts[0].Namespace, c.APIServer), m.SOPS.RemoteSecrets)...)
		}
	}
	return out
}

// compare compares one file with the recipients and, where it is applied, the metadata
// that the plan has.
func (f Finding) compare(files map[string][]byte, wanted manifest.Object, recipients []string) []Finding {
	data, there := files[f.File]
	if !there {
		return nil
	}
	o, err := manifest.Decode(data)
	if err != nil {
		return nil // check.Encrypted says it
	}
	var out []Finding
	add := func(k Kind, state string, says []string) {
		if len(says) > 0 {
			f.Kind, f.State, f.Says = k, state, strings.Join(says, ", ")
			out = append(out, f)
		}
	}
	if wanted != nil && o.Kind() == "Secret" {
		state := "under another name: rotate it"
		var place []string
		if got, want := o.Namespace(), wanted.Text("namespace"); differ(got, want) {
			place, state = append(place, fmt.Sprintf("metadata.namespace is %q and is to be %q", got, want)), "for another namespace: rotate it"
		}
		if got, want := o.Name(), wanted.Text("name"); differ(got, want) {
			place = append(place, fmt.Sprintf("metadata.name is %q and is to be %q", got, want))
		}
		add(Place, state, place)
		if by, made := origin(o, wanted); len(place) == 0 { // the account of another namespace is another
			add(Origin, by, made)
		}
		add(Metadata, "labels or annotations differ: rotate it", append(entries(o, wanted, "labels"), entries(o, wanted, "annotations")...))
	}
	f.add, f.remove = recipientsOf(o, recipients)
	var says []string
	if len(f.add) > 0 {
		says = append(says, "sops.age lacks "+strings.Join(f.add, ", ")+" of the topology's ageRecipients")
	}
	if len(f.remove) > 0 {
		says = append(says, "sops.age has "+strings.Join(f.remove, ", ")+", which the topology's ageRecipients do not")
	}
	add(Recipients, "for other recipients: change them", says)
	return out
}

// recipientsOf compares those of a file with the topology's: which to add, and which
// to remove. A file without any says nothing.
func recipientsOf(o manifest.Object, wanted []string) (add, remove []string) {
	var has []string
	for _, r := range o.Each("sops", "age") {
		has = append(has, r.Text("recipient"))
	}
	for _, g := range o.Each("sops", "key_groups") {
		for _, r := range g.Each("age") {
			has = append(has, r.Text("recipient"))
		}
	}
	if len(has) == 0 {
		return nil, nil
	}
	without := func(all, some []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(r string) bool { return slices.Contains(some, r) })
	}
	return without(wanted, has), without(has, wanted)
}

// origin says in what a remote secret was made for something else than the plan has.
// Files of earlier versions do not say what they were made for, and where the topology
// has no API server it was the context's.
func origin(o, wanted manifest.Object) (state string, says []string) {
	for _, k := range []struct{ key, what string }{
		{kubeconfig.ServerAnnotation, "API server"}, {kubeconfig.AuthAnnotation, "authentication"}, {kubeconfig.AccountAnnotation, "account"},
	} {
		got, want := o.Text("metadata", "annotations", k.key), wanted.Text("annotations", k.key)
		if got == "" || want == "" || !differ(got, want) {
			continue
		}
		if says = append(says, fmt.Sprintf("was made for the %s %q and is to be for %q", k.what, got, want)); state == "" {
			state = fmt.Sprintf("made for another %s: rotate it", k.what)
		}
	}
	return state, says
}

// entries are the labels or annotations that are to be otherwise. What users add is
// their own.
func entries(o, wanted manifest.Object, field string) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(wanted.Map(field))) {
		if strings.HasPrefix(key, own) {
			continue // see origin
		}
		if got, want := o.Text("metadata", field, key), wanted.Text(field, key); differ(got, want) {
			out = append(out, fmt.Sprintf("metadata.%s[%q] is %q and is to be %q", field, key, got, want))
		}
	}
	return out
}

// differ is false for what is encrypted, which nobody sees: rules of one's own may
// encrypt more than values.
func differ(got, want string) bool {
	return got != want && !strings.HasPrefix(got, "ENC[")
}
