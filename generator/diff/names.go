package diff

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/several"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// harmless is text that YAML reads as text without quotes, also inside of a flow.
var harmless = regexp.MustCompile(`^[A-Za-z0-9/$<_*-][A-Za-z0-9/$<>_.*@%+=:-]*( [A-Za-z0-9/$<>_.*@%+=-]+)*$`)

// plain is text as YAML, quoted where it would be read as something else or
// where its end could not be seen.
func plain(s string) string {
	if harmless.MatchString(s) && !strings.HasSuffix(s, ":") {
		var v any
		if err := yaml.Unmarshal([]byte("- "+s), &v); err == nil {
			if l, ok := v.([]any); ok && len(l) == 1 && l[0] == s {
				return s
			}
		}
	}
	return strconv.Quote(s)
}

// Title is an object as messages name it: Kind namespace/name.
func (o Object) Title() string {
	s := o.Kind + " "
	if o.Namespace != "" {
		s += o.Namespace + "/"
	}
	s += o.Name
	if o.Place != "" {
		s += " (" + o.Place + ")"
	}
	if o.Encrypted {
		s += " (encrypted)"
	}
	return s
}

// sharedName stands for what belongs to no cluster.
const sharedName = "the repository itself"

var numbered = regexp.MustCompile(`^(.*?)([0-9]+)$`)

// ranges writes sorted names so that a row of numbers is one item:
// eu-001…eu-120, us-1.
func ranges(names []string) []string {
	type run struct {
		first, last, prefix string
		next, width, count  int
	}
	var runs []run
	for _, n := range names {
		m := numbered.FindStringSubmatch(n)
		number, err := 0, error(nil)
		if m != nil {
			number, err = strconv.Atoi(m[2])
		}
		if m == nil || err != nil {
			runs = append(runs, run{first: n, last: n, count: 1})
			continue
		}
		if len(runs) > 0 {
			r := &runs[len(runs)-1]
			if r.width > 0 && r.prefix == m[1] && r.next == number && (r.width == len(m[2]) || r.width < len(m[2]) && m[2][0] != '0') {
				r.last, r.next, r.count, r.width = n, number+1, r.count+1, len(m[2])
				continue
			}
		}
		runs = append(runs, run{first: n, last: n, prefix: m[1], next: number + 1, width: len(m[2]), count: 1})
	}
	var out []string
	for _, r := range runs {
		switch r.count {
		case 1:
			out = append(out, r.first)
		case 2:
			out = append(out, r.first, r.last)
		default:
			out = append(out, r.first+"…"+r.last)
		}
	}
	return out
}

// clusterList names clusters: how many, and which. At most names that many, 0
// for all of them; that some are left out it says.
func clusterList(clusters []string, total, most int) string {
	named := slices.DeleteFunc(slices.Clone(clusters), func(c string) bool { return c == "" })
	slices.SortFunc(named, natural)
	items := ranges(named)
	if len(named) < len(clusters) {
		items = append([]string{sharedName}, items...)
	}
	if most == 0 {
		most = len(items)
	}
	text := several.Names(items, most)
	switch n := len(named); {
	case n == total && n > 2:
		return fmt.Sprintf("all %d clusters: %s", n, text)
	case n > 3:
		return fmt.Sprintf("%d clusters: %s", n, text)
	}
	return text
}

// natural orders names so that numbers at their ends count: c2 before c10.
func natural(a, b string) int {
	x, y := numbered.FindStringSubmatch(a), numbered.FindStringSubmatch(b)
	if x != nil && y != nil && x[1] == y[1] && len(x[2]) != len(y[2]) {
		return len(x[2]) - len(y[2])
	}
	return strings.Compare(a, b)
}
