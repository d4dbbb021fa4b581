package repo

import (
	"bytes"
	"runtime"
	"slices"
	"sync"
)

// compared is what lies at a path, beside what belongs there. It holds no content:
// a tree may be larger than memory.
type compared struct {
	found
	// wanted and onDisk are the digests of what belongs there and what is there;
	// "": nothing.
	wanted, onDisk string
}

// compare looks at generated paths, which are sorted, on all processors.
func (sv *surveyor) compare(paths []string) ([]compared, error) {
	out := make([]compared, len(paths))
	workers := min(runtime.GOMAXPROCS(0), len(paths))
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		// Neighbours lie in one folder, which is looked at once.
		from, to := w*len(paths)/workers, (w+1)*len(paths)/workers
		v := sv.view.fork()
		wait.Go(func() {
			defer v.close()
			for i := from; i < to && errs[w] == nil; i++ {
				out[i], errs[w] = sv.compareOne(v, paths[i])
			}
		})
	}
	wait.Wait()
	// What cannot be read is often the folder of many paths, so the first says it.
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, errs[i]
	}
	return out, nil
}

func (sv *surveyor) compareOne(v *view, path string) (compared, error) {
	data := lf(sv.wanted[path].Data())
	c := compared{wanted: digest(data)}
	got, err := v.look(path)
	if err != nil {
		return c, err
	}
	if got.kind == isFile {
		if c.onDisk = c.wanted; !bytes.Equal(got.data, data) {
			c.onDisk = digest(got.data)
		}
	}
	got.data = nil
	c.found = got
	return c, nil
}
