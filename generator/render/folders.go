package render

import (
	"sort"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// folders collects components.
type folders struct {
	list []component.Component
}

// add puts objects into a component and makes it where it is new.
func (s *folders) add(path string, stage component.Stage, objects ...manifest.Object) {
	if len(objects) == 0 {
		return
	}
	for i := range s.list {
		if s.list[i].Path == path {
			s.list[i].Objects = append(s.list[i].Objects, objects...)
			return
		}
	}
	s.list = append(s.list, component.Component{Path: path, Stage: stage, Objects: append([]manifest.Object{}, objects...)})
}

// components returns them in the order of roll-out, their objects sorted.
func (s *folders) components() []component.Component {
	sort.SliceStable(s.list, func(i, j int) bool {
		if s.list[i].Stage != s.list[j].Stage {
			return s.list[i].Stage < s.list[j].Stage
		}
		return false // the plan's own order
	})
	for _, c := range s.list {
		manifest.Sort(c.Objects)
	}
	return s.list
}
