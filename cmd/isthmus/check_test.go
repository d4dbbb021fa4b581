package main

import (
	"os"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/repo"
)

func TestCheck(t *testing.T) {
	const deployment = "clusters/us-1/istiod/deployment_istio-system_istiod.yaml"
	for name, c := range map[string]struct {
		tamper func(w workspace)
		want   []string
	}{
		"edited": {
			func(w workspace) { w.edit(configMapFile, "istiod", "istiodx") },
			[]string{": 1 file differs", "\nedited: isthmus wrote these and someone edited them", "--overwrite-edited", "\n  " + configMapFile + "\n"},
		},
		"missing": {
			func(w workspace) { w.remove(deployment) },
			[]string{"\nmissing: ", `run "isthmus generate"`, "\n  " + deployment + "\n"},
		},
		"left over": {
			func(w workspace) {
				w.topology(strings.Replace(smallTopology, "  - {name: us-1, role: primary}\n", "", 1))
			},
			[]string{"\nleft over: these are no longer generated", "\n  " + deployment + "\n", "\noutdated: ", "\n  README.md\n"},
		},
		"edited and left over": {
			func(w workspace) {
				w.edit(deployment, "istiod", "istiodx")
				w.topology(strings.Replace(smallTopology, "  - {name: us-1, role: primary}\n", "", 1))
			},
			[]string{"\nedited, and left over: ", "\n  " + deployment + "\n"},
		},
		"foreign": {
			func(w workspace) {
				w.put("clusters/ap-1/kustomization.yaml", "mine: true\n")
				w.topology(smallTopology + "  - {name: ap-1, role: primary}\n")
			},
			[]string{"\nforeign: isthmus did not write these", "--overwrite-foreign", "\n  clusters/ap-1/kustomization.yaml\n"},
		},
		"blocked": {
			func(w workspace) {
				w.remove(deployment)
				w.put(deployment+"/mine", "mine\n")
			},
			[]string{"\nblocked: something is in the way", deployment + `: "` + deployment + `" is a folder`},
		},
		"one in the way of many": {
			func(w workspace) {
				if err := os.RemoveAll(w.path("clusters/us-1")); err != nil {
					w.t.Fatal(err)
				}
				w.put("clusters/us-1", "mine\n")
			},
			[]string{"\n  \"clusters/us-1\" is a file where a folder belongs: in the way of clusters/us-1/README.md, "},
		},
		"outdated": {
			func(w workspace) { w.topology(logged(smallTopology)) },
			[]string{"\noutdated: these were generated from another topology", "\n  " + configMapFile + "\n"},
		},
		"unrecorded": {
			func(w workspace) { w.remove(".isthmus/clusters/us-1") },
			[]string{"\nunrecorded: ", "\n  " + deployment + "\n"},
		},
		"record": {
			func(w workspace) { w.remove(".gitattributes") },
			[]string{": 1 file differs", "\nrecord: isthmus's own records", "\n  .gitattributes\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t)
			w.run(exitFine, "check")
			c.tamper(w)
			out, _ := w.run(exitDifference, "check")
			expectParts(t, out, c.want...)
			if n := strings.Count(out, "is a file where a folder belongs"); n > 1 {
				t.Errorf("said %d times", n)
			}
		})
	}
}

func (w workspace) remove(p string) {
	w.t.Helper()
	if err := os.Remove(w.path(p)); err != nil {
		w.t.Fatal(err)
	}
}

func TestCheckOfAShare(t *testing.T) {
	w := newWorkspace(t)
	w.edit(configMapFile, "istiod", "istiodx") // of eu-1
	w.put("clusters/us-1/mine.yaml", "mine: true\n")
	_, messages := w.run(exitFine, "check", "--cluster", "us-*")
	expectParts(t, messages, "is what the topology generates")
	w.run(exitDifference, "check", "--cluster", "eu-?")
}

func TestCheckWarnsOfSharedFoldersWithoutUse(t *testing.T) {
	w := newWorkspace(t)
	w.topology(strings.Replace(smallTopology, "crds: external, ", "", 1))
	w.run(exitFine, "generate")
	w.topology(smallTopology)
	w.run(exitFine, "generate", "--cluster", "eu-1")
	w.run(exitFine, "generate", "--cluster", "us-1")
	_, messages := w.run(exitFine, "check")
	if got := strings.Count(messages, "Warning: "); got != 1 {
		t.Errorf("%d warnings", got)
	}
	expectParts(t, messages, `Warning: nothing references "base/istio-crds-1.31.0" any more`)
	// Someone's edits in it do not go away by themselves.
	w.put("base/istio-crds-1.31.0/kustomization.yaml", "mine: true\n")
	w.run(exitDifference, "check")
}

func TestInterruptedWriteIsAnError(t *testing.T) {
	w := newWorkspace(t)
	w.put(".isthmus/journal", "isthmus journal 1\n")
	for _, command := range []string{"check", "diff"} {
		_, messages := w.run(exitError, command)
		expectParts(t, messages, "is partly written", `run "isthmus generate"`)
	}
}

func TestCuresCoverEveryStatus(t *testing.T) {
	all := []repo.Status{
		repo.Missing, repo.Outdated, repo.Edited, repo.Foreign, repo.Unrecorded,
		repo.Leftover, repo.EditedLeftover, repo.Blocked, repo.Record,
	}
	known := map[repo.Status]bool{}
	for _, c := range cures() {
		known[c.status] = true
	}
	for _, s := range all {
		if !known[s] {
			t.Errorf("no cure for %q", s)
		}
	}
	if len(known) != len(all) {
		t.Errorf("%d cures for %d statuses", len(known), len(all))
	}
}
