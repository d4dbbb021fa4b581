// Package render turns a planned cluster into Kubernetes objects, folder by
// folder, with Istio's own charts and renderer.
package render

import (
	"encoding/json"
	"fmt"
	"path"
	"sync"

	"isthmus.dev/isthmus/generator/component"
	"isthmus.dev/isthmus/generator/manifest"
	"isthmus.dev/isthmus/generator/plan"
	"isthmus.dev/isthmus/generator/topology"
)

// Renderer renders clusters. What is the same for many of them is rendered
// once. It may be used by several goroutines.
type Renderer struct {
	mu    sync.Mutex
	bases map[string]*base
}

// base is one rendering of the chart base.
type base struct {
	once    sync.Once
	objects []manifest.Object
	crds    []manifest.Object
	err     error
}

// New returns a renderer.
func New() *Renderer { return &Renderer{bases: map[string]*base{}} }

// Cluster renders everything of a cluster but its CRDs. An error does not name the
// cluster, since it may be that of many.
func (r *Renderer) Cluster(c plan.Cluster) ([]component.Component, error) {
	s := &folders{}
	ns, err := namespaces(c.Namespaces)
	if err != nil {
		return nil, err
	}
	s.add("namespace", component.Namespaces, ns...)
	for _, signing := range c.CACerts {
		o, err := cacerts(signing)
		if err != nil {
			return nil, fmt.Errorf("signing certificate in %s: %w", signing.Namespace, err)
		}
		folder := "trust"
		if c.Role == topology.External {
			folder = path.Join(controlPlanes, signing.Namespace, folder)
		}
		s.add(folder, component.Trust, o)
	}
	if c.Observed != nil {
		objects, err := token(c.Observed.Token)
		if err != nil {
			return nil, fmt.Errorf("token of its reader: %w", err)
		}
		s.add(remoteSecrets, component.RemoteSecrets, objects...)
	}
	for _, in := range c.Installs {
		if err := r.install(s, in); err != nil {
			return nil, fmt.Errorf("install in %s, revision %q: %w", in.Namespace, in.Revision, err)
		}
	}
	for _, g := range c.Gateways {
		if err := gateway(s, g); err != nil {
			return nil, fmt.Errorf("gateway %q: %w", g.Name, err)
		}
	}
	for _, e := range c.Exposures {
		objects, err := exposure(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Kind, err)
		}
		folder := string(e.Kind)
		if e.Kind == plan.ExposeExternalIstiod {
			folder = path.Join(controlPlanes, e.Namespace, string(plan.ExposeIstiod))
		}
		s.add(folder, component.Exposure, objects...)
	}
	return s.components(), nil
}

// controlPlanes is the folder of an external cluster's control planes, one
// folder per namespace in it.
const controlPlanes = component.ControlPlanes

func (r *Renderer) install(s *folders, in plan.Install) error {
	iop, err := installOperator(in)
	if err != nil {
		return err
	}
	out, err := istio(iop)
	if err != nil {
		return err
	}
	prefix := ""
	if in.Kind == plan.ExternalIstiod {
		prefix = path.Join(controlPlanes, in.Namespace) + "/"
	}
	if in.Base {
		b, err := r.base(in)
		if err != nil {
			return err
		}
		for _, o := range b.objects {
			o = o.Clone()
			webhookFields([]manifest.Object{o}, in)
			if webhook(o) {
				s.add(prefix+"webhooks", component.Webhooks, o)
			} else {
				s.add(prefix+"base", component.Base, o)
			}
		}
	}
	if err := clean(out.cni, in.Release.Version); err != nil {
		return err
	}
	s.add("cni", component.Istiod, out.cni...)
	if err := clean(out.istiod, in.Release.Version); err != nil {
		return err
	}
	webhookFields(out.istiod, in)
	waitForSecrets(out.istiod, in)
	for _, o := range out.istiod {
		if webhook(o) {
			s.add(prefix+topology.Revised("webhooks", in.Revision), component.Webhooks, o)
		} else {
			s.add(prefix+topology.Revised("istiod", in.Revision), component.Istiod, o)
		}
	}
	if len(out.gateways) > 0 {
		return fmt.Errorf("gateways from Istio's renderer that the plan has not: %s", out.gateways[0].ID())
	}
	return nil
}

// webhook says whether an object steers the API server towards istiod.
func webhook(o manifest.Object) bool {
	switch o.Kind() {
	case "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding":
		return true
	}
	return false
}

func gateway(s *folders, g plan.Gateway) error {
	iop, err := gatewayOperator(g)
	if err != nil {
		return err
	}
	out, err := istio(iop)
	if err != nil {
		return err
	}
	if err := clean(out.gateways, g.Release.Version); err != nil {
		return err
	}
	folder := path.Join("gateways", g.Name)
	if g.EastWest {
		folder = "eastwest-gateway"
	}
	s.add(folder, component.Gateways, out.gateways...)
	return nil
}

// base renders the chart base once for all installs that want the same of it.
func (r *Renderer) base(in plan.Install) (*base, error) {
	iop, err := baseOperator(in)
	if err != nil {
		return nil, err
	}
	key, err := json.Marshal(iop)
	if err != nil {
		return nil, fmt.Errorf("the settings have no JSON form: %w", err)
	}
	r.mu.Lock()
	b, known := r.bases[string(key)]
	if !known {
		b = &base{}
		r.bases[string(key)] = b
	}
	r.mu.Unlock()
	b.once.Do(func() { b.render(iop, in) })
	return b, b.err
}

func (b *base) render(iop manifest.Object, in plan.Install) {
	out, err := chartBase(iop)
	if err != nil {
		b.err = err
		return
	}
	for _, o := range out.base {
		if definition(o) {
			b.crds = append(b.crds, o)
		} else {
			b.objects = append(b.objects, o)
		}
	}
	b.err = clean(b.objects, in.Release.Version)
	if b.err == nil {
		b.err = clean(b.crds, in.Release.ChartsVersion)
	}
	if b.err == nil {
		b.err = guard(b.crds)
	}
}

// CRDs renders the custom resource definitions of a version of the charts, as
// one of the given installs has them.
func (r *Renderer) CRDs(crds plan.CRDs, installs []plan.Install) ([]manifest.Object, error) {
	for _, in := range installs {
		if in.Release.ChartsVersion != crds.Version || in.Release.Manifests != crds.Manifests {
			continue
		}
		b, err := r.base(in)
		if err != nil {
			return nil, err
		}
		return b.crds, nil
	}
	return nil, fmt.Errorf("no install has the charts %q of version %s", crds.Manifests, crds.Version)
}
