package check

import (
	"fmt"
	"slices"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
)

// object is an object with all that the checks know of it.
type object struct {
	manifest.Object
	id    manifest.ID
	stage component.Stage
	// added says that an overlay brought the object.
	added bool
	// typed is the Go value: a Kubernetes type, or the spec of an Istio one. It is
	// nil where the object does not decode, or is of another project.
	typed any
}

// set is all objects of one cluster.
type set struct {
	cluster    string
	objects    []*object
	byID       map[manifest.ID]*object
	namespaces map[string]bool
	workloads  []workload
	findings   []Finding
}

// newSet checks each object on its own and indexes all of them.
func newSet(cluster string, components []component.Component) *set {
	s := &set{cluster: cluster, byID: map[manifest.ID]*object{}, namespaces: map[string]bool{}}
	for _, c := range components {
		for _, m := range c.Objects {
			o := &object{Object: m, id: m.ID(), stage: c.Stage, added: c.Path == component.Extra}
			var findings []Finding
			o.typed, findings = alone(m)
			for _, f := range findings {
				f.Cluster = cluster
				s.findings = append(s.findings, f)
			}
			s.objects = append(s.objects, o)
			if s.byID[o.id] == nil {
				s.byID[o.id] = o
			}
			if o.id.Group == "" && o.id.Kind == "Namespace" {
				s.namespaces[o.id.Name] = true
			}
			if w, ok := newWorkload(o); ok {
				s.workloads = append(s.workloads, w)
			}
		}
	}
	return s
}

// alone checks an object on its own and returns its Go value, see object.typed.
func alone(o manifest.Object) (any, []Finding) {
	r := &reporter{object: o.ID().String()}
	if !identified(r, o) {
		return nil, r.findings
	}
	secretFree(r, o)
	typed := decode(r, o)
	return typed, r.findings
}

// reporter collects the findings of one object.
type reporter struct {
	object   string
	findings []Finding
}

func (r *reporter) add(cure, format string, args ...any) {
	r.findings = append(r.findings, Finding{Object: r.object, What: fmt.Sprintf(format, args...), Cure: cure})
}

// add reports a finding of an object.
func (s *set) add(o *object, cure, format string, args ...any) {
	s.findings = append(s.findings, Finding{Cluster: s.cluster, Object: o.id.String(), What: fmt.Sprintf(format, args...), Cure: cure})
}

// kind returns the objects of a kind that decoded to T.
func kind[T any](s *set) []typedObject[T] {
	var out []typedObject[T]
	for _, o := range s.objects {
		if v, ok := o.typed.(T); ok {
			out = append(out, typedObject[T]{o, v})
		}
	}
	return out
}

type typedObject[T any] struct {
	*object
	spec T
}

// elsewhere says whether an object may refer to something of a namespace that
// the set does not have. What an overlay adds may, where the set does not make
// the namespace: it can be of another owner's. Generated objects may not.
func (s *set) elsewhere(o *object, namespace string) bool {
	return o.added && !s.namespaces[namespace]
}

// unread says whether a workload of a namespace, or with "" of any, does not
// decode. That is reported already, and what its pods bear is not known.
func (s *set) unread(namespace string) bool {
	return slices.ContainsFunc(s.objects, func(o *object) bool {
		return o.typed == nil && o.id.Group == "apps" && (namespace == "" || o.id.Namespace == namespace)
	})
}

// duplicates: the second of two equal objects would overwrite the first.
func (s *set) duplicates() {
	count := map[manifest.ID]int{}
	for _, o := range s.objects {
		if count[o.id]++; count[o.id] == 2 && o.id.Name != "" {
			s.add(o, "remove one of them: of one group, kind, namespace and name a cluster holds one object", "is in the cluster twice")
		}
	}
}

// everywhere are the namespaces that every API server makes itself.
func everywhere() []string {
	return []string{"default", "kube-node-lease", "kube-public", "kube-system"}
}

// namespacesExist: an engine that meets an object before its namespace fails.
func (s *set) namespacesExist() {
	for _, o := range s.objects {
		ns := o.id.Namespace
		if ns == "" || s.namespaces[ns] || slices.Contains(everywhere(), ns) || o.added {
			continue // what an overlay adds may lie in a namespace of another owner's
		}
		s.add(o, "add the Namespace, or use one that the topology makes", "there is no Namespace %q in the cluster", ns)
	}
}
