package several_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/several"
)

func TestNames(t *testing.T) {
	for want, given := range map[string][]string{
		"":                {},
		"a":               {"a"},
		"a, b":            {"a", "b"},
		"a, b and 1 more": {"a", "b", "c"},
		"a, b and 3 more": {"a", "b", "c", "d", "e"},
	} {
		if got := several.Names(given, 2); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
