package diff

import (
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/tree"
)

// keeper is a tree and the users' encrypted Secrets beside it, where they lie now.
type keeper struct {
	memory
	secrets map[string][]byte
}

func (k keeper) Read(p string) ([]byte, error) {
	if strings.HasPrefix(p, secretsFolder) {
		return from(k.secrets)(p)
	}
	return k.memory.Read(p)
}

func sealedSecret(name, value string) string {
	return "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name + ", namespace: istio-system}\nstringData: {key: \"" + value + "\"}\nsops: {mac: \"" + value + "\", age: [{recipient: age1abc, enc: \"" + value + "\"}]}\n"
}

// keeps is a tree whose clusters list a folder of secrets, under extra files of the
// clusters, with the Secrets in it.
func keeps(t *testing.T, clusters int, folder string, extra map[string]string, secrets map[string]string) (*tree.Tree, map[string][]byte) {
	t.Helper()
	out, files := tree.New(), map[string][]byte{}
	add := func(scope, p, data string) {
		if err := out.Add(scope, p, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range clusters {
		name := fmt.Sprintf("c%03d", i)
		add(name, "clusters/"+name+"/istiod/deployment_istiod.yaml", istiodObject)
		for _, p := range slices.Sorted(maps.Keys(extra)) {
			add(name, "clusters/"+name+"/"+p, extra[p])
		}
		if folder != "" {
			add(name, "clusters/"+name+"/secrets/kustomization.yaml", kustomize("../../../"+folder))
		}
	}
	list := slices.Sorted(maps.Keys(secrets))
	for _, name := range list {
		files[folder+"/"+name] = []byte(secrets[name])
	}
	list = slices.DeleteFunc(list, func(n string) bool { return n == chainFile })
	files[folder+"/kustomization.yaml"] = []byte(kustomize(strings.Join(list, ", ")))
	return out, files
}

func certificate(text string) string {
	return "-----BEGIN CERTIFICATE-----\n" + base64.StdEncoding.EncodeToString([]byte(text)) + "\n-----END CERTIFICATE-----\n"
}

func TestSecrets(t *testing.T) {
	type side struct {
		folder  string
		extra   map[string]string
		secrets map[string]string
	}
	one := map[string]string{"a.sops.yaml": sealedSecret("a", "one")}
	ca := func(value, root string) map[string]string {
		return map[string]string{"a.sops.yaml": sealedSecret("cacerts", value), chainFile: certificate("signs") + certificate(root)}
	}
	for name, c := range map[string]struct {
		old, now side
		want     string // entries and marks
	}{
		"the same":               {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/m", secrets: one}, ""},
		"encrypted anew":         {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/m", secrets: map[string]string{"a.sops.yaml": sealedSecret("a", "two")}}, "changed a stringData.key"},
		"for someone else":       {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/m", secrets: map[string]string{"a.sops.yaml": strings.Replace(one["a.sops.yaml"], "age1abc", "age1xyz", 1)}}, "changed a sops.age[].recipient sops.age[].recipient"},
		"another layout":         {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/m", secrets: map[string]string{"a.sops.yaml": "# hello\n" + one["a.sops.yaml"]}}, "changed a sops"},
		"listed":                 {side{}, side{folder: "secrets/m", secrets: one}, "added a"},
		"not listed":             {side{folder: "secrets/m", secrets: one}, side{}, "removed a, secret-removed: 1 encrypted Secret no longer listed"},
		"in another folder":      {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/n", secrets: one}, "moved a"},
		"several in a file":      {side{folder: "secrets/m", secrets: one}, side{folder: "secrets/m", secrets: map[string]string{"a.sops.yaml": one["a.sops.yaml"] + "---\n" + one["a.sops.yaml"]}}, "changed secrets/m/a.sops.yaml"},
		"from a store":           {side{folder: "secrets/m", secrets: one}, side{extra: map[string]string{"a.yaml": strings.ReplaceAll(storeObject, "cacerts", "a")}}, "removed a, added a"},
		"another signing key":    {side{folder: "secrets/m", secrets: ca("one", "r1")}, side{folder: "secrets/m", secrets: ca("two", "r1")}, "changed cacerts stringData.key"},
		"another root":           {side{folder: "secrets/m", secrets: ca("one", "r1")}, side{folder: "secrets/m", secrets: ca("two", "r2")}, "changed cacerts stringData.key, trust-root: another root, as cert-chain.pem beside it has it"},
		"cacerts gone":           {side{folder: "secrets/m", secrets: ca("one", "r1")}, side{}, "removed cacerts, trust-root: nothing that is generated makes the Secret cacerts any more"},
		"cacerts from elsewhere": {side{folder: "secrets/m", secrets: ca("one", "r1")}, side{extra: map[string]string{"c.yaml": certificateObject}}, "removed cacerts, added ca, trust-root: Certificate ca makes the Secret cacerts in its place"},
	} {
		t.Run(name, func(t *testing.T) {
			old, before := keeps(t, 1, c.old.folder, c.old.extra, c.old.secrets)
			now, after := keeps(t, 1, c.now.folder, c.now.extra, c.now.secrets)
			d, err := Compare(keeper{old.Files(), before}, Generated{Tree: now, Secrets: after})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range d.Entries {
				says := string(e.Change) + " " + e.Objects[0].Name
				for _, f := range e.Fields {
					says += " " + f.Path
				}
				got = append(got, says)
			}
			for _, f := range d.Files {
				if strings.HasPrefix(f.Path, secretsFolder) {
					got = append(got, string(f.Change)+" "+f.Path)
				}
			}
			for _, m := range d.Marks {
				got = append(got, string(m.Rule)+": "+m.What)
			}
			if s := strings.Join(got, ", "); s != c.want {
				t.Errorf("got %s", s)
			}
		})
	}
}

// Whatever differs, no value is shown: neither one that is encrypted nor one that
// somebody committed in clear.
func TestSecretsAreNotShown(t *testing.T) {
	clear := "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations: {last-applied: hunter1}\ndata: {key: hunter2, list: [hunter3], map: {deep: hunter4}}\n"
	contents := []string{clear, sealedSecret("a", "ENC[hunter5]"), strings.ReplaceAll(clear, "hunter", "hunter-"), clear + "---\n" + clear, "hunter6\n"}
	for i, x := range contents {
		for j, y := range contents {
			old, before := keeps(t, 2, "secrets/m", nil, map[string]string{"a.sops.yaml": x})
			now, after := keeps(t, 2, "secrets/m", nil, map[string]string{"a.sops.yaml": y})
			d, err := Compare(keeper{old.Files(), before}, Generated{Tree: now, Secrets: after})
			if err != nil {
				t.Fatal(err)
			}
			js, err := JSON(d)
			if err != nil {
				t.Fatal(err)
			}
			if d.Empty() != (i == j) {
				t.Errorf("%d, %d: a difference: %v", i, j, !d.Empty())
			}
			if all := Text(d, false) + Markdown(d, MarkdownLimit, "") + string(js); strings.Contains(all, "hunter") || strings.Contains(all, "ENC[") {
				t.Errorf("%d, %d: shows a value:\n%s", i, j, all)
			}
		}
	}
}

// Each of many control planes lists the remote secrets of all of many clusters.
func TestSecretsOfManyAreOneEntry(t *testing.T) {
	const n = 200
	secrets := map[string]string{}
	for i := range n {
		secrets[fmt.Sprintf("c%03d.sops.yaml", i)] = sealedSecret(fmt.Sprintf("istio-remote-secret-c%03d", i), "x")
	}
	old, before := keeps(t, n, "secrets/m", nil, secrets)
	now, after := keeps(t, n, "", nil, nil)
	d, err := Compare(keeper{old.Files(), before}, Generated{Tree: now, Secrets: after})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Entries) != 1 || len(d.Entries[0].Objects) != n || len(d.Entries[0].Clusters) != n || len(d.Marks) != 1 || len(d.Marks[0].Clusters) != n {
		t.Fatalf("got %d entries, %d marks", len(d.Entries), len(d.Marks))
	}
	got := Text(d, false)
	if want := "all 200 clusters: c000…c199: 200 removed, 1 other file\n"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%.1000s", want, got)
	}
	if marks, _, _ := strings.Cut(got, "\nObjects\n"); strings.Count(marks, "\n! Secret") != mostObjects || !strings.Contains(marks, "! and 190 more\n") {
		t.Errorf("the mark names all of them:\n%s", marks)
	}
}

// In a working copy both sides have the same Secrets: what it can show is which of
// them are listed.
func TestSecretsOfAWorkingCopy(t *testing.T) {
	dir := t.TempDir()
	old, secrets := keeps(t, 1, "secrets/m", nil, map[string]string{"a.sops.yaml": sealedSecret("a", "one")})
	write(t, dir, old)
	for name, want := range map[string]string{"secrets/m": "No difference", "secrets/gone": "removed Secret istio-system/a (encrypted)\n  in c000\n"} {
		now, _ := keeps(t, 1, name, nil, nil)
		g := Generated{Tree: now, Secrets: secrets}
		w, err := WorkingCopy(dir, g)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Compare(w, g)
		if err != nil {
			t.Fatal(err)
		}
		if got := Text(d, false); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
