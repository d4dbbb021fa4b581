package manifest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"isthmus.dev/isthmus/generator/manifest"
)

// TestOnce: whatever the words, a text is the one that was given.
func TestOnce(t *testing.T) {
	var once manifest.Once
	for text, words := range map[string][]string{
		"":                    {"a"},
		"name: east\n":        {"east", "", "net"},
		"no word of it":       {"east", "net"},
		"east-net, net, east": {"east", "net", "east-net"},
		"net-net-1-1":         {"net-1", "net", "1"},
		"eastwestgateway":     {"east", "west", "gate"},
		"\x00\n":              {"\n", "\x00"},
	} {
		for range 2 {
			if got := once.Text(text, words); got.String() != text || string(got.Bytes()) != text || got.Len() != len(text) {
				t.Errorf("%q with %q: got %q, length %d", text, words, got.String(), got.Len())
			}
		}
	}
}

func TestOnceShares(t *testing.T) {
	var once manifest.Once
	const text = "name: %s, network: %s"
	of := func(name, network string) manifest.Text {
		return once.Text(fmt.Sprintf(text, name, network), []string{name, network})
	}
	east, west := of("east", "net1"), of("west", "net2")
	if !east.Like(west) {
		t.Error("two texts that are the same but for their words are kept twice")
	}
	for name, other := range map[string]manifest.Text{
		"words changed places":      once.Text(fmt.Sprintf(text, "net1", "east"), []string{"east", "net1"}),
		"another text":              once.Text("name: east, network: net1.", []string{"east", "net1"}),
		"the same parts, more gaps": once.Text("name: east, network: net1east", []string{"east", "net1"}),
	} {
		if east.Like(other) {
			t.Errorf("%s: %q is taken for %q", name, other, east)
		}
	}
	// A word that is everywhere makes no gaps, and the same texts are one still.
	a, b := strings.Repeat("a, ", 1000), strings.Repeat("a, ", 999)+"b, "
	if !once.Text(a, []string{"a"}).Like(once.Text(a, []string{"b"})) || once.Text(a, []string{"a"}).Like(once.Text(b, []string{"a"})) {
		t.Error("texts with a word that is everywhere are not told apart by their content alone")
	}
}

// TestOnceAtOnce is for the race detector.
func TestOnceAtOnce(t *testing.T) {
	var (
		once manifest.Once
		wg   sync.WaitGroup
	)
	for i := range 50 {
		wg.Go(func() {
			name := fmt.Sprint("cluster", i)
			if got := once.Text("name: "+name, []string{name}).String(); got != "name: "+name {
				t.Errorf("got %q", got)
			}
		})
	}
	wg.Wait()
}
