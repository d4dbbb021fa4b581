// Command bench measures isthmus beside istioctl: it builds both from the
// versions that go.mod pins, has them render the same meshes in turn, and prints
// medians. `make bench` runs it; docs/performance.md has what it printed.
//
// What istioctl would take for all clusters is measured on some of them in each
// round and scaled: it does the same for every cluster, and a round stays below a
// minute.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each is measured")
	some := flag.Int("istioctl", 10, "how many clusters istioctl renders in each round")
	names := flag.String("models", strings.Join(models(), ","), "the models whose growth is measured")
	flag.Parse()
	if err := bench(*rounds, *some, strings.Split(*names, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func bench(rounds, some int, names []string) error {
	dir, err := os.MkdirTemp("", "isthmus-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &runner{dir: dir, isthmus: filepath.Join(dir, "isthmus"), istioctl: filepath.Join(dir, "istioctl")}
	fmt.Fprintln(os.Stderr, "building isthmus and istioctl …")
	if err := build("..", b.isthmus, "./cmd/isthmus"); err != nil {
		return err
	}
	if err := build(".", b.istioctl, "istio.io/istio/istioctl/cmd/istioctl"); err != nil {
		return err
	}
	fmt.Printf("%d cores, %s/%s, %d rounds, medians\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, rounds)
	if err := b.sideBySide(rounds, some); err != nil {
		return err
	}
	return b.growth(rounds, names)
}

func build(in, out, what string) error {
	c := exec.Command("go", "build", "-o", out, what)
	c.Dir, c.Stderr = in, os.Stderr
	return c.Run()
}

// runner runs programs in a scratch directory.
type runner struct {
	dir, isthmus, istioctl string
	rounds                 int
}

// taken is what a run took.
type taken struct {
	wall, cpu time.Duration
	peak      int64 // KiB
}

func (b *runner) run(program string, args ...string) (taken, error) {
	c := exec.Command(program, args...)
	c.Dir, c.Stderr = b.dir, os.Stderr
	begin := time.Now()
	err := c.Run()
	t := taken{wall: time.Since(begin)}
	if c.ProcessState != nil {
		t.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
			t.peak = int64(usage.Maxrss)
		}
	}
	var exit *exec.ExitError
	if err != nil && !asExit(err, &exit) {
		return t, err
	}
	if exit != nil {
		return t, fmt.Errorf("%s %q: %w", filepath.Base(program), args, err)
	}
	return t, nil
}

func asExit(err error, to **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // what exec returns itself
	*to = e
	return ok
}

// series collects what the rounds took, under one name.
type series struct {
	name string
	all  []taken
}

func (s *series) median() taken {
	at := func(of func(taken) int64) int64 {
		var v []int64
		for _, t := range s.all {
			v = append(v, of(t))
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	return taken{
		wall: time.Duration(at(func(t taken) int64 { return int64(t.wall) })),
		cpu:  time.Duration(at(func(t taken) int64 { return int64(t.cpu) })),
		peak: at(func(t taken) int64 { return t.peak }),
	}
}

func (s *series) String() string {
	m := s.median()
	out := fmt.Sprintf("%-44s %8.2f s  cpu %7.2f s", s.name, m.wall.Seconds(), m.cpu.Seconds())
	if m.peak > 0 {
		out += fmt.Sprintf("  peak %4d MiB", m.peak>>10)
	}
	return out
}
