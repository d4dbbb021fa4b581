package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestGraph(t *testing.T) {
	var out, messages bytes.Buffer
	code := run(t.Context(), []string{"graph", "-f", "-"}, streams{in: strings.NewReader(smallTopology), out: &out, err: &messages})
	want := `flowchart LR
  subgraph n_network1["network network1"]
    c_eu__1["eu-1<br/>primary"]
    c_us__1["us-1<br/>primary"]
  end
  c_eu__1 <-. observe .-> c_us__1
`
	if code != exitFine || out.String() != want {
		t.Errorf("exit code %d\n%s\n%s", code, out.String(), messages.String())
	}
}
