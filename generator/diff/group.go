package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// unit is something that happens in one cluster, and perhaps in more of them.
type unit[T any] struct {
	scope string
	more  []string
	v     T
}

func (u unit[T]) clusters() []string { return append([]string{u.scope}, u.more...) }

// grouped is something that happens alike in several clusters.
type grouped[T any] struct {
	v        T
	clusters []string
}

// names are what differs from cluster to cluster by itself.
type names struct{ cluster, network string }

// group merges units that are the same, and those that are the same but for
// the own name of each cluster or its network's. What it says stays exact: put
// a cluster's names in place of the placeholders, and it is what happens there.
func group[T any](units []unit[T], known map[string]names, rewrite func(T, func(string) string) T) []grouped[T] {
	exact := bucket(units, func(u unit[T]) T { return u.v }, unit[T].clusters)
	alike := map[string][]int{}
	forms := make([]T, len(exact))
	for i, g := range exact {
		form := rewrite(g.v, abstract(g.clusters, known))
		forms[i] = form
		if k := key(form); k != key(g.v) {
			alike[k] = append(alike[k], i)
		}
	}
	merged := map[int]bool{}
	var out []grouped[T]
	for i, g := range exact {
		if merged[i] {
			continue
		}
		same := alike[key(forms[i])]
		if len(same) < 2 || !slices.Contains(same, i) {
			out = append(out, g)
			continue
		}
		all := map[string]bool{}
		for _, j := range same {
			merged[j] = true
			for _, c := range exact[j].clusters {
				all[c] = true
			}
		}
		m := grouped[T]{v: forms[i], clusters: slices.Sorted(maps.Keys(all))}
		if n := network(m.clusters, known); n != "" {
			m.v = rewrite(m.v, func(s string) string { return strings.ReplaceAll(s, NetworkPlaceholder, n) })
		}
		out = append(out, m)
	}
	return out
}

// bucket merges equal values and collects their clusters, in the order of the
// first of each.
func bucket[S, T any](in []S, value func(S) T, clusters func(S) []string) []grouped[T] {
	at := map[string]int{}
	var out []grouped[T]
	for _, s := range in {
		v := value(s)
		k := key(v)
		i, seen := at[k]
		if !seen {
			i = len(out)
			at[k] = i
			out = append(out, grouped[T]{v: v})
		}
		out[i].clusters = append(out[i].clusters, clusters(s)...)
	}
	for i := range out {
		slices.Sort(out[i].clusters)
		out[i].clusters = slices.Compact(out[i].clusters)
	}
	return out
}

// key is the same for equal values.
func key(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%#v", v) // no value that YAML has fails
	}
	return string(data)
}

// abstract puts placeholders for what the clusters are called: for one cluster
// its name, and the network if all of them lie on it.
func abstract(clusters []string, known map[string]names) func(string) string {
	cluster := ""
	if len(clusters) == 1 {
		cluster = known[clusters[0]].cluster
	}
	net := network(clusters, known)
	return func(s string) string {
		if len(net) > len(cluster) { // it may contain the cluster's name
			return replaceName(replaceName(s, net, NetworkPlaceholder), cluster, ClusterPlaceholder)
		}
		return replaceName(replaceName(s, cluster, ClusterPlaceholder), net, NetworkPlaceholder)
	}
}

// network is the network that all of the clusters lie on, "" if there is none.
func network(clusters []string, known map[string]names) string {
	n := known[clusters[0]].network
	for _, c := range clusters {
		if known[c].network != n {
			return ""
		}
	}
	return n
}

// replaceName replaces a name where it stands alone, not inside of a word.
func replaceName(s, name, by string) string {
	if name == "" || !strings.Contains(s, name) {
		return s
	}
	var b strings.Builder
	for at := 0; ; {
		i := strings.Index(s[at:], name)
		if i < 0 {
			b.WriteString(s[at:])
			return b.String()
		}
		i += at
		end := i + len(name)
		if (i > 0 && isWord(s[i-1])) || (end < len(s) && isWord(s[end])) {
			b.WriteString(s[at : i+1])
			at = i + 1
			continue
		}
		b.WriteString(s[at:i] + by)
		at = end
	}
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '<' || c == '>'
}

func rewriteObject(o Object, f func(string) string) Object {
	o.Namespace, o.Name = f(o.Namespace), f(o.Name)
	return o
}

func rewriteObjects(in []Object, f func(string) string) []Object {
	var out []Object
	for _, o := range in {
		out = append(out, rewriteObject(o, f))
	}
	return out
}

func rewriteEntry(e Entry, f func(string) string) Entry {
	e.Objects = rewriteObjects(e.Objects, f)
	e.From, e.To, e.Content = f(e.From), f(e.To), f(e.Content)
	fields := e.Fields
	e.Fields = nil
	for _, x := range fields {
		x.Path = f(x.Path)
		x.Old, x.New = rewriteValue(x.Old, f), rewriteValue(x.New, f)
		lines := x.Lines
		x.Lines = nil
		for _, l := range lines {
			x.Lines = append(x.Lines, f(l))
		}
		e.Fields = append(e.Fields, x)
	}
	return e
}

func rewriteValue(v any, f func(string) string) any {
	switch x := v.(type) {
	case string:
		return f(x)
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = rewriteValue(e, f)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[f(k)] = rewriteValue(e, f)
		}
		return out
	}
	return v
}

func rewriteFile(x File, f func(string) string) File {
	x.Path = f(x.Path)
	return x
}

func rewriteMark(m Mark, f func(string) string) Mark {
	m.Objects = rewriteObjects(m.Objects, f)
	m.What = f(m.What)
	return m
}
