package fault_test

import (
	"testing"

	"isthmus.dev/isthmus/generator/topology/fault"
)

func TestFault(t *testing.T) {
	value, empty := "a \"b\"\nc", ""
	full := fault.Position{File: "f.yaml", Line: 3, Path: "spec.a"}
	for want, f := range map[string]fault.Fault{
		`f.yaml:3: spec.a: "a \"b\"\nc": is wrong; mend it`: {Position: full, Value: &value, What: "is wrong", Cure: "mend it"},
		`f.yaml:3: spec.a: "": is empty; fill it`:           {Position: full, Value: &empty, What: "is empty", Cure: "fill it"},
		`f.yaml:3: spec.a\nb\x1b: is wrong\t; mend it`:      {Position: fault.Position{File: "f.yaml", Line: 3, Path: "spec.a\nb\x1b"}, What: "is wrong\t", Cure: "mend it"},
		`f.yaml:3: spec.a: is missing`:                      {Position: full, What: "is missing"},
		`f.yaml: is missing; add it`:                        {Position: fault.Position{File: "f.yaml"}, What: "is missing", Cure: "add it"},
	} {
		if got := f.Error(); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestListIsSortedAndSaysEachThingOnce(t *testing.T) {
	at := func(file string, line int, path, what string) fault.Fault {
		return fault.Fault{Position: fault.Position{File: file, Line: line, Path: path}, What: what}
	}
	l := fault.List{
		at("b.yaml", 1, "x", "one"), at("a.yaml", 10, "x", "two"), at("a.yaml", 9, "y", "three"),
		at("a.yaml", 9, "x", "four"), at("a.yaml", 9, "x", "five"), at("a.yaml", 10, "x", "two"), at("a.yaml", 0, "", "six"),
	}
	want := `a.yaml: six
a.yaml:9: x: five
a.yaml:9: x: four
a.yaml:9: y: three
a.yaml:10: x: two
b.yaml:1: x: one`
	if got := l.OrNil().Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if l[0].What != "one" || len(l) != 7 {
		t.Errorf("the list itself has changed: %v", l)
	}
}

func TestNoFaultsAreNoError(t *testing.T) {
	if err := (fault.List{}).OrNil(); err != nil {
		t.Errorf("got %v", err)
	}
}
