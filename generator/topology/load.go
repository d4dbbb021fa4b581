package topology

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"istio.io/istio/manifests"

	"isthmus.dev/isthmus/generator/topology/closure"
	"isthmus.dev/isthmus/generator/topology/release"
)

// Load reads the files, directories (their *.yaml, sorted) and "-" (stdin) that
// the user named, and parses them. All faults come as one error.
func Load(names []string, stdin io.Reader) (*Topology, error) {
	inputs, err := Read(names, stdin)
	if err != nil {
		return nil, err
	}
	return Parse(inputs, OSDisk{})
}

// Read reads inputs from disk without looking into them.
func Read(names []string, stdin io.Reader) ([]Input, error) {
	var (
		inputs []Input
		errs   []error
	)
	seen := map[string]bool{}
	for _, name := range names {
		in, err := read(name, stdin)
		if err != nil {
			errs = append(errs, err)
		}
		for _, i := range in {
			if clean := filepath.Clean(i.Name); seen[clean] {
				errs = append(errs, fmt.Errorf("%q is given twice with -f; name it once", i.Name))
			} else {
				seen[clean] = true
			}
		}
		inputs = append(inputs, in...)
	}
	return inputs, errors.Join(errs...)
}

func read(name string, stdin io.Reader) ([]Input, error) {
	if name == "-" {
		data, err := readAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("reading standard input: %w", err)
		}
		return []Input{{Name: "-", Dir: ".", Data: data}}, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the topology: %w; name a file, a directory or - with -f", err)
	}
	files := []string{name}
	if info.IsDir() {
		entries, err := os.ReadDir(name) // sorted; Glob would trip over brackets in the name
		if err != nil {
			return nil, fmt.Errorf("cannot list the topology's directory: %w", err)
		}
		files = nil
		for _, e := range entries {
			if !e.IsDir() && filepath.Ext(e.Name()) == ".yaml" {
				files = append(files, filepath.Join(name, e.Name()))
			}
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("there is no *.yaml in directory %q; name the directory that holds the topology", name)
		}
	}
	var inputs []Input
	for _, f := range files {
		data, err := readFile(f)
		if err != nil {
			return nil, fmt.Errorf("cannot read the topology: %w", err)
		}
		inputs = append(inputs, Input{Name: f, Dir: filepath.ToSlash(filepath.Dir(f)), Data: data})
	}
	return inputs, nil
}

// maxInput bounds one input: a description of a thousand clusters is far below it.
const maxInput = 16 << 20

// readAll reads an input as far as it may be long.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("it is longer than %d MiB, which no topology is; name the right file", maxInput>>20)
	}
	return data, err
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := readAll(f)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return data, errors.Join(err, f.Close())
}

// OSDisk answers from the operating system's file system.
type OSDisk struct{}

// Charts reads a manifests directory; "" is the built-in one.
func (OSDisk) Charts(dir string) (release.Charts, error) {
	if dir == "" {
		return release.Read(manifests.FS)
	}
	return release.Read(os.DirFS(filepath.FromSlash(dir)))
}

// Component reads a kustomize Component and all that it refers to.
func (d OSDisk) Component(dir string) (string, map[string][]byte, error) {
	abs, err := filepath.Abs(filepath.FromSlash(dir))
	if err != nil {
		return "", nil, fmt.Errorf("cannot be found: %w", err)
	}
	root := filepath.ToSlash(abs)
	files, err := closure.Read(d, root)
	return root, files, err
}

// ReadFile reads a file.
func (OSDisk) ReadFile(name string) ([]byte, error) { return os.ReadFile(filepath.FromSlash(name)) }

// IsDir says whether there is a directory.
func (OSDisk) IsDir(name string) bool {
	info, err := os.Stat(filepath.FromSlash(name))
	return err == nil && info.IsDir()
}
