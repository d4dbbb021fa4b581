// Package report is what stands at the end of a run: tables, model × check.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// Result of a check.
type Result string

// The results.
const (
	Passed Result = "ok"
	Failed Result = "FAILED"
	None   Result = "-"
)

// Row is a model in a table.
type Row struct{ Table, Model string }

// Tables collects results. The zero value is empty.
type Tables struct {
	mu    sync.Mutex
	rows  []Row
	heads map[string][]string
	cells map[Row]map[string]Result
	took  map[Row]time.Duration
}

// Add notes the result of a check.
func (t *Tables) Add(r Row, check string, result Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.row(r)
	if !slices.Contains(t.heads[r.Table], check) {
		t.heads[r.Table] = append(t.heads[r.Table], check)
	}
	t.cells[r][check] = result
}

// Took notes how long a model took.
func (t *Tables) Took(r Row, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.row(r)
	t.took[r] = d
}

func (t *Tables) row(r Row) {
	if t.heads == nil {
		t.heads, t.cells, t.took = map[string][]string{}, map[Row]map[string]Result{}, map[Row]time.Duration{}
	}
	if t.cells[r] == nil {
		t.rows = append(t.rows, r)
		t.cells[r] = map[string]Result{}
	}
}

// Print writes the tables in the order in which they began.
func (t *Tables) Print(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var done []string
	for _, r := range t.rows {
		if !slices.Contains(done, r.Table) {
			done = append(done, r.Table)
			t.print(w, r.Table)
		}
	}
}

func (t *Tables) print(w io.Writer, table string) {
	lines := [][]string{append(append([]string{table}, t.heads[table]...), "")}
	for _, r := range t.rows {
		if r.Table != table {
			continue
		}
		line := []string{r.Model}
		for _, h := range t.heads[table] {
			result, ok := t.cells[r][h]
			if !ok {
				result = None
			}
			line = append(line, string(result))
		}
		took := ""
		if d := t.took[r]; d > 0 {
			took = d.Round(time.Second).String()
		}
		lines = append(lines, append(line, took))
	}
	width := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, c := range l {
			width[i] = max(width[i], len(c))
		}
	}
	fmt.Fprintln(w)
	for _, l := range lines {
		var b strings.Builder
		for i, c := range l {
			fmt.Fprintf(&b, "%-*s  ", width[i], c)
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

// Table is one table alone. The zero value is empty.
type Table struct{ tables Tables }

// Add notes the result of a check.
func (t *Table) Add(model, check string, r Result) { t.tables.Add(Row{Model: model}, check, r) }

// Took notes how long a model took.
func (t *Table) Took(model string, d time.Duration) { t.tables.Took(Row{Model: model}, d) }

// Print writes the table.
func (t *Table) Print(w io.Writer) { t.tables.Print(w) }
