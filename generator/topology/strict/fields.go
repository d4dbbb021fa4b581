package strict

import (
	"reflect"
	"strings"
)

type structField struct {
	index    []int
	required bool
}

// structFields returns the fields of a struct by their names in JSON, embedded
// structs flattened, and the names in the order of declaration. A field without
// omitempty is required.
func structFields(t reflect.Type) (map[string]structField, []string) {
	fields := map[string]structField{}
	var order []string
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			inner, names := structFields(f.Type)
			for _, n := range names {
				in := inner[n]
				fields[n] = structField{index: append([]int{i}, in.index...), required: in.required}
			}
			order = append(order, names...)
			continue
		}
		if name == "" || name == "-" {
			continue
		}
		fields[name] = structField{index: []int{i}, required: !strings.Contains(opts, "omitempty")}
		order = append(order, name)
	}
	return fields, order
}

// Nearest returns the known name that is a typing error away from the given one,
// or "" if none is.
func Nearest(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k
		}
		if len(name)-len(k) >= distance || len(k)-len(name) >= distance {
			continue // a name can be as long as the file
		}
		if d := editDistance(name, k); d < distance && d < len(k)/2+1 {
			best, distance = k, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions, changes and swaps of
// neighbours between two short names (optimal string alignment).
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
