package render

import (
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/templates"
)

// skeleton reads a template.
func skeleton(name string) (manifest.Object, error) {
	return manifest.Skeleton(templates.FS, name)
}

// overlay merges values over those of a map, in place: maps merge, anything
// else is replaced.
func overlay(base, over map[string]any) {
	for k, v := range over {
		inner, isMap := v.(map[string]any)
		if !isMap {
			base[k] = v
			continue
		}
		target, ok := base[k].(map[string]any)
		if !ok {
			target = map[string]any{}
			base[k] = target
		}
		overlay(target, inner)
	}
}
