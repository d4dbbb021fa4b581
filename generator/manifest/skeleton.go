package manifest

import (
	"fmt"
	"io/fs"
)

// Skeleton reads the object of a template, for what is to be filled in.
func Skeleton(templates fs.FS, name string) (Object, error) {
	data, err := fs.ReadFile(templates, name)
	if err != nil {
		return nil, fmt.Errorf("template %q: %w", name, err)
	}
	o, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("template %q: %w", name, err)
	}
	return o, nil
}
