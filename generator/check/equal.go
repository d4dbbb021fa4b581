package check

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// differs returns the path of the first field in which two objects differ, ""
// if they are equal. Numbers are equal by value: each decoder has its own types.
func differs(at string, a, b any) string {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return here(at)
		}
		for _, key := range slices.Sorted(maps.Keys(y)) {
			if _, has := x[key]; !has {
				return here(at + "." + key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(x)) {
			other, has := y[key]
			if !has {
				return here(at + "." + key)
			}
			if d := differs(at+"."+key, x[key], other); d != "" {
				return d
			}
		}
		return ""
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return here(at)
		}
		for i := range x {
			if d := differs(at+"["+strconv.Itoa(i)+"]", x[i], y[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if m, isNumber := number(a); isNumber {
		if n, also := number(b); also && m == n {
			return ""
		}
		return here(at)
	}
	switch b.(type) {
	case map[string]any, []any:
		return here(at)
	}
	if a != b {
		return here(at)
	}
	return ""
}

func here(at string) string {
	if at == "" {
		return "its root"
	}
	return strings.TrimPrefix(at, ".")
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case uint64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
