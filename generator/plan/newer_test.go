package plan

import "testing"

func TestNewer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1.31.0", "1.30.9", true},
		{"1.30.9", "1.31.0", false},
		{"1.31.10", "1.31.9", true},
		{"1.31.0", "1.31.0-rc.1", true},
		{"1.31.0-rc.1", "1.31.0", false},
		{"1.31.0-rc.2", "1.31.0-rc.1", true},
		{"1.31.0", "1.31", true},
		{"1.31.0", "1.31.0", false},
	} {
		if got := newer(c.a, c.b); got != c.want {
			t.Errorf("newer(%s, %s) = %t", c.a, c.b, got)
		}
	}
}
