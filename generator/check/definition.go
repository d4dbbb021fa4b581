package check

import (
	"bytes"
	"maps"

	"sigs.k8s.io/kustomize/kyaml/kio"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

// definition returns a CRD without its spec, as far as nothing is lost by
// building it so, and nil for anything else.
//
// Istio's CRDs are a megabyte, nearly all of it schemas, and kustomize copies
// every mapping of it once for each level that it lies deep (deAnchor of kyaml's
// yaml/rnode.go), to replace aliases that are not there. That took more time than
// any other check of a tree. No kustomization here changes objects (plainFields),
// so what a build makes of a spec is what kustomize's reader makes of it. That is
// compared here, without the copies, and the rest of the object in the build.
// With an anchor, an alias or a merge anywhere, or any difference, the object is
// built whole, and the build tells what is wrong.
func definition(o manifest.Object, data []byte) manifest.Object {
	if id := o.ID(); id.Group != "apiextensions.k8s.io" || id.Kind != "CustomResourceDefinition" {
		return nil
	}
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(data), OmitReaderAnnotations: true}).Read()
	if err != nil || len(nodes) != 1 || !literal(nodes[0].YNode()) {
		return nil
	}
	read, err := nodes[0].Map()
	if err != nil || differs("", map[string]any(o), read) != "" {
		return nil
	}
	out := maps.Clone(o)
	delete(out, "spec")
	return out
}

// literal says whether a node and all in it stand for themselves.
func literal(n *kyaml.Node) bool {
	if n.Anchor != "" || n.Kind == kyaml.AliasNode || n.Tag == kyaml.MergeTag {
		return false
	}
	for _, c := range n.Content {
		if !literal(c) {
			return false
		}
	}
	return true
}
