package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// models are Istio's deployment models, and all of them in one run.
func models() []string {
	return []string{"multi-primary-multi-network", "multi-primary", "primary-remote-multi-network", "primary-remote", "external", "mix"}
}

// someCluster is one that the topology of a model has, of the kind that is most common.
func someCluster(model string) string {
	if model == "mix" {
		return "multi-primary-cluster5"
	}
	return "cluster5"
}

// topology writes the topology of a model with some number of clusters.
func (b *runner) topology(model string, clusters int) (string, error) {
	text := document(model, "", clusters)
	if model == "mix" {
		var docs []string
		rest := models()[:len(models())-1]
		for _, m := range rest {
			docs = append(docs, document(m, m+"-", clusters/len(rest)))
		}
		text = strings.Join(docs, "---\n")
	}
	file := filepath.Join(b.dir, fmt.Sprintf("%s-%d.yaml", model, clusters))
	return file, os.WriteFile(file, []byte(text), 0o600)
}

func document(model, prefix string, clusters int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "apiVersion: isthmus.dev/v1alpha1\nkind: Topology\nmetadata: {name: %smesh1}\nspec:\n  trust: {provider: manual}\n  clusters:\n", prefix)
	for i := range clusters {
		switch {
		case model == "external" && i == 0:
			fmt.Fprintf(&s, "  - {name: %scluster0, role: external, externalControlPlane: {address: istiod.example.com, tlsSecretName: istiod-cert}}\n", prefix)
		case model == "external" && i == 1:
			fmt.Fprintf(&s, "  - {name: %scluster1, role: config, controlPlane: %scluster0}\n", prefix, prefix)
		case model == "external":
			fmt.Fprintf(&s, "  - {name: %scluster%d, role: remote, controlPlane: %scluster0}\n", prefix, i, prefix)
		case model == "multi-primary":
			fmt.Fprintf(&s, "  - {name: %scluster%d, role: primary}\n", prefix, i)
		case model == "primary-remote" && i%10 != 0:
			fmt.Fprintf(&s, "  - {name: %[1]scluster%[2]d, role: remote, controlPlane: %[1]scluster%[3]d}\n", prefix, i, i/10*10)
		case model == "primary-remote":
			fmt.Fprintf(&s, "  - {name: %scluster%d, role: primary, eastWestGateway: {address: 10.%d.%d.1}}\n", prefix, i, i/250, i%250)
		case model == "primary-remote-multi-network" && i%10 != 0:
			fmt.Fprintf(&s, "  - {name: %[1]scluster%[2]d, role: remote, controlPlane: %[1]scluster%[3]d, network: %[1]snetwork%[2]d}\n", prefix, i, i/10*10)
		default:
			fmt.Fprintf(&s, "  - {name: %[1]scluster%[2]d, role: primary, network: %[1]snetwork%[2]d, eastWestGateway: {address: 10.%[3]d.%[4]d.1}}\n", prefix, i, i/250, i%250)
		}
	}
	return s.String()
}
