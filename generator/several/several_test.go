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

func TestSome(t *testing.T) {
	ten := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}
	if got, want := several.Some(ten), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := several.Some(append(ten, "11")), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 files", 1: "1 file", 2: "2 files"} {
		if got := several.Count(n, "file"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
