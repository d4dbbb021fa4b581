package diff

import (
	"maps"
	"slices"
	"strings"
)

// isRecord tells Istio's ConfigMap values (values-<revision>), the record of its
// Helm values. What changes there changes elsewhere too, where it has an effect.
func isRecord(o Object) bool {
	return o.Kind == "ConfigMap" && o.Group == "" && (o.Name == "values" || strings.HasPrefix(o.Name, "values-"))
}

// fold takes an entry of such a record into another entry of the same clusters
// that has the same fields, so that one line of the topology is one entry.
func fold(in []Entry) []Entry {
	var out []Entry
	for n, e := range in {
		if len(e.Objects) != 1 || !isRecord(e.Objects[0]) {
			continue
		}
		says := leaves(e.Fields)
		for i := range in {
			f := &in[i]
			if i == n || len(f.Objects) != 1 || isRecord(f.Objects[0]) || !slices.Equal(f.Clusters, e.Clusters) {
				continue
			}
			if has := leaves(f.Fields); len(says) > 0 && !slices.ContainsFunc(says, func(l string) bool { return !slices.Contains(has, l) }) {
				f.RepeatedIn = append(f.RepeatedIn, e.Objects[0])
				in[n].Objects = nil
				break
			}
		}
	}
	for _, e := range in {
		if len(e.Objects) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// leaves are the last keys of fields with what happens to them.
func leaves(fields []Field) []string {
	var out []string
	for _, f := range fields {
		name := f.Path[strings.LastIndexAny(f.Path, ".]")+1:]
		out = append(out, leavesOf(name, f.Old, f.New)...)
		if f.Lines != nil {
			out = append(out, key([]any{name, f.Lines}))
		}
	}
	return out
}

func leavesOf(name string, old, now any) []string {
	a, isA := old.(map[string]any)
	b, isB := now.(map[string]any)
	if (!isA && old != nil) || (!isB && now != nil) || (!isA && !isB) {
		return []string{key([]any{name, old, now})}
	}
	keys := map[string]bool{}
	for _, k := range slices.Concat(sortedKeys(a), sortedKeys(b)) {
		keys[k] = true
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		out = append(out, leavesOf(k, a[k], b[k])...)
	}
	return out
}
