package diff

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/several"
	"isthmus.dev/isthmus/generator/tree"
)

// memory is an old tree that lies nowhere.
type memory []tree.File

func (m memory) Files() []tree.File { return m }

func (m memory) Read(p string) ([]byte, error) {
	return nil, &fs.PathError{Op: "read", Path: p, Err: fs.ErrNotExist}
}

// fleet is a tree of many clusters, each with one ConfigMap.
func fleet(t *testing.T, clusters int, content func(i int, name string) string) *tree.Tree {
	t.Helper()
	out := tree.New()
	for i := range clusters {
		name := fmt.Sprintf("c%03d", i)
		if err := out.Add(name, "clusters/"+name+"/istiod/configmap.yaml", []byte(content(i, name))); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func configMap(mesh string) string {
	return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata:\n  mesh: |-\n    " + strings.ReplaceAll(mesh, "\n", "\n    ") + "\n"
}

func compareTrees(t *testing.T, old, now *tree.Tree) *Diff {
	t.Helper()
	d, err := Compare(memory(old.Files()), Generated{Tree: now})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOneLineOverManyClustersIsOneEntry(t *testing.T) {
	for name, line := range map[string]func(name string) string{
		"the same":                  func(string) string { return "accessLogFile: /dev/stdout" },
		"the same but for the name": func(name string) string { return "accessLogFile: /logs/" + name },
	} {
		t.Run(name, func(t *testing.T) {
			old := fleet(t, 300, func(_ int, name string) string { return configMap("id: " + name) })
			now := fleet(t, 300, func(_ int, name string) string { return configMap("id: " + name + "\n" + line(name)) })
			d := compareTrees(t, old, now)
			if len(d.Entries) != 1 || len(d.Entries[0].Clusters) != 300 || len(d.Entries[0].Fields) != 1 {
				t.Fatalf("got %d entries\n%s", len(d.Entries), Text(d, false))
			}
			want := "changed ConfigMap istio-system/istio\n  in all 300 clusters: c000…c299\n  + data.mesh.accessLogFile: " +
				strings.TrimPrefix(line(ClusterPlaceholder), "accessLogFile: ") + "\n"
			if got := Text(d, false); !strings.Contains(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestMarkdownKeepsItsLimitAndSaysSo(t *testing.T) {
	old := fleet(t, 300, func(int, string) string { return configMap("a: 1") })
	now := fleet(t, 300, func(i int, _ string) string {
		return configMap(fmt.Sprintf("a: 1\nb%d: %s", i*7919, strings.Repeat("x", 300)))
	})
	d := compareTrees(t, old, now)
	whole := Markdown(d, 1<<20, "See it.")
	if strings.Contains(whole, "left out") || strings.Count(whole, "<details>") != 300 {
		t.Fatalf("with room for all of it, got\n%.2000s", whole)
	}
	for _, limit := range []int{1000, 5000, 20000, MarkdownLimit, len(whole) - 1} {
		got := Markdown(d, limit, "See it.")
		if len(got) > limit {
			t.Errorf("limit %d: %d characters", limit, len(got))
		}
		shown := strings.Count(got, "<details>")
		if want := fmt.Sprintf("cut at %d characters: %s left out. See it.", limit, several.Count(300-shown, "change")); !strings.Contains(got, want) {
			t.Errorf("limit %d: no %q in\n%.1000s", limit, want, got)
		}
		if strings.Count(got, "<details>") != strings.Count(got, "</details>") || strings.Count(got, "```")%2 != 0 {
			t.Errorf("limit %d: something is left open", limit)
		}
	}
}

func TestMarkdownFenceIsLongerThanItsContent(t *testing.T) {
	old := fleet(t, 1, func(int, string) string { return configMap("a: 1") })
	now := fleet(t, 1, func(int, string) string { return configMap("a: \"```` </details>\"") })
	if got := Markdown(compareTrees(t, old, now), MarkdownLimit, ""); !strings.Contains(got, "`````diff\n! data.mesh.a: 1 → \"```` </details>\"\n`````\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestFieldsNothingIsLost(t *testing.T) {
	object := func(data string) *object {
		p := parser{}
		o := p.object(file{path: "a.yaml", text: manifest.Plain([]byte(data))})
		if o == nil {
			t.Fatalf("no object in %q", data)
		}
		return o
	}
	head := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
	for name, c := range map[string]struct{ old, now, want string }{
		"text line by line":       {"data: {x: \"a\\nb\\nc\\n\"}", "data: {x: \"a\\nB\\nc\\n\"}", "~ data.x:|    @@ -1,3 +1,3 @@|    a|-   b|+   B|    c"},
		"a comment":               {"data: {x: y} # why", "data: {x: y}", "~ (layout, or a file that is not one readable object):|    @@ -2,3 +2,3 @@"},
		"layout of inner YAML":    {"data: {x: \"a:  1\\n\"}", "data: {x: \"a: 1\\n\"}", "~ data.x:|    @@ -1 +1 @@|-   a:  1|+   a: 1"},
		"null is a value":         {"data: {x: null}", "data: {}", "- data.x: null"},
		"type":                    {"data: {x: \"1\"}", "data: {x: 1}", "~ data.x: \"1\" → 1"},
		"an order":                {"data: {x: [a, b]}", "data: {x: [b, a]}", "~ data.x: another order: [a, b] → [b, a]"},
		"twice in a list":         {"data: {x: [a, a, b]}", "data: {x: [a, b]}", "- data.x[]: a"},
		"keys with dots":          {"data: {a.b/c: x}", "data: {a.b/c: z}", "~ data[\"a.b/c\"]: x → z"},
		"inner YAML becomes text": {"data: {x: \"a: 1\\n\"}", "data: {x: none}", "~ data.x:|    @@ -1 +1 @@|-   a: 1|+   none (no line end)"},
		"text like a bool":        {"data: {x: \"on\"}", "data: {x: \"off\"}", "~ data.x: \"on\" → \"off\""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := fields(object(head+c.old+"\n"), object(head+c.now+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			p := &printer{}
			for _, f := range got {
				for _, l := range f.lines() {
					lines = append(lines, p.sign(l))
				}
			}
			if text := strings.Join(lines, "|"); !strings.HasPrefix(text, c.want) {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

func TestObjectsOfOtherPlacesAreOthers(t *testing.T) {
	object := func(name string) []byte {
		return []byte("apiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + "}\n")
	}
	old, now := tree.New(), tree.New()
	for _, add := range []error{
		old.Add("c1", "clusters/c1/namespace/n.yaml", object("argocd")),
		now.Add("c1", "argocd/c1/n.yaml", object("argocd")),
	} {
		if add != nil {
			t.Fatal(add)
		}
	}
	got := Text(compareTrees(t, old, now), false)
	for _, want := range []string{"removed Namespace argocd\n  in c1\n", "added Namespace argocd (argocd)\n  in c1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestReplaceName(t *testing.T) {
	for _, c := range [][3]string{
		{"a", "/cluster/a/net", "/cluster/<cluster>/net"},
		{"a", "istio-a", "istio-<cluster>"},
		{"a", "alpha a1 aa a", "alpha a1 aa <cluster>"},
		{"eu-1", "eu-10 eu-1 eu-1.x", "eu-10 <cluster> <cluster>.x"},
		{"", "a", "a"},
	} {
		if got := replaceName(c[1], c[0], ClusterPlaceholder); got != c[2] {
			t.Errorf("%q in %q: got %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestClusterList(t *testing.T) {
	for _, c := range []struct {
		clusters    string
		total, most int
		want        string
	}{
		{"a", 5, 0, "a"},
		{"a b", 5, 0, "a, b"},
		{"c1 c10 c2 c3", 9, 0, "4 clusters: c1…c3, c10"},
		{"c08 c09 c10 c11", 4, 0, "all 4 clusters: c08…c11"},
		{"c8 c9 c10", 4, 0, "c8…c10"},
		{"a b c d", 9, 2, "4 clusters: a, b and 2 more"},
		{" a", 9, 0, "the repository itself, a"},
	} {
		if got := clusterList(strings.Split(c.clusters, " "), c.total, c.most); got != c.want {
			t.Errorf("%s: got %q, want %q", c.clusters, got, c.want)
		}
	}
}

func TestWebhookScope(t *testing.T) {
	selector := func(text string) map[string]any { return mustDecode(t, text) }
	for _, c := range []struct {
		old, now string
		narrows  bool
	}{
		{"{}", "{}", true},
		{"{}", "{matchLabels: {a: b}}", true},
		{"{matchLabels: {a: b}}", "{}", false},
		{"{matchLabels: {a: b}}", "{matchExpressions: [{key: a, operator: In, values: [b]}]}", true},
		{"{matchExpressions: [{key: a, operator: In, values: [b]}]}", "{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", false},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", true},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", "{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", false},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{matchLabels: {a: c}}", true},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{matchExpressions: [{key: a, operator: DoesNotExist}]}", true},
		{"{matchExpressions: [{key: a, operator: Exists}]}", "{matchLabels: {a: c}}", true},
		{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{matchExpressions: [{key: a, operator: Exists}]}", false},
	} {
		if got := narrows(requirements(selector(c.old)), requirements(selector(c.now))); got != c.narrows {
			t.Errorf("%s → %s: narrows %v", c.old, c.now, got)
		}
	}
	rules := func(text string) []manifest.Object {
		return mapsIn(manifest.Object(mustDecode(t, "rules: "+text)).List("rules"))
	}
	for _, c := range []struct {
		old, now string
		covers   bool
	}{
		{"[{operations: [CREATE], apiGroups: ['*'], apiVersions: ['*'], resources: ['*']}]", "[{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [pods]}]", true},
		{"[{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [pods]}]", "[{operations: [CREATE, UPDATE], apiGroups: [a], apiVersions: [v1], resources: [pods]}]", false},
		{"[{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [pods], scope: Namespaced}]", "[{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [pods]}]", false},
		{"[{operations: [CREATE], apiGroups: [a], apiVersions: [v1], resources: [pods]}]", "[]", true},
	} {
		if got := covers(rules(c.old), rules(c.now)); got != c.covers {
			t.Errorf("%s → %s: covers %v", c.old, c.now, got)
		}
	}
}

func mustDecode(t *testing.T, text string) map[string]any {
	t.Helper()
	o, err := manifest.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTextColours(t *testing.T) {
	old := fleet(t, 1, func(int, string) string { return configMap("a: 1") })
	now := fleet(t, 1, func(int, string) string { return configMap("a: 2") })
	d := compareTrees(t, old, now)
	if got := Text(d, false); strings.Contains(got, "\x1b") {
		t.Errorf("colours that nobody asked for:\n%q", got)
	}
	if got := Text(d, true); !strings.Contains(got, "\x1b[33m~ data.mesh.a: 1 → 2\x1b[0m") {
		t.Errorf("no colours:\n%q", got)
	}
}

func TestRulesAreAllInOrder(t *testing.T) {
	rules := Rules()
	if len(slices.Compact(slices.Sorted(slices.Values(rules)))) != len(rules) {
		t.Errorf("a rule twice: %v", rules)
	}
}
