// Package release tells which Istio charts there are: the built-in ones, or
// those of a manifests directory.
package release

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"

	"sigs.k8s.io/yaml"
)

// Builtin is the Istio release whose charts are built in: the module that
// go.mod pins is a commit of branch release-1.31 (its file VERSION says 1.31).
const Builtin = "1.31.0"

// unversioned is what charts say that Istio's release builder has not stamped.
const unversioned = "1.0.0"

// Charts are the charts of one manifests directory.
type Charts struct {
	// Version in charts/base/Chart.yaml (appVersion), "" where the charts come
	// from a source tree, which bears no version.
	Version string
	// CRDs is the SHA-256 of the custom resource definitions, in hex.
	CRDs string
}

// Read reads what must be known of a manifests directory: it has charts/ and
// profiles/ as in an Istio release.
func Read(dir fs.FS) (Charts, error) {
	raw, err := fs.ReadFile(dir, "charts/base/Chart.yaml")
	if err != nil {
		return Charts{}, fmt.Errorf("no Istio charts: %w", err)
	}
	if _, err := fs.Stat(dir, "profiles/default.yaml"); err != nil {
		return Charts{}, fmt.Errorf("no Istio profiles: %w", err)
	}
	var chart struct {
		AppVersion string `json:"appVersion"`
	}
	if err := yaml.Unmarshal(raw, &chart); err != nil {
		return Charts{}, fmt.Errorf("charts/base/Chart.yaml: %w", err)
	}
	crds, err := fs.ReadFile(dir, "charts/base/files/crd-all.gen.yaml")
	if err != nil {
		return Charts{}, fmt.Errorf("no Istio CRDs: %w", err)
	}
	sum := sha256.Sum256(crds)
	c := Charts{Version: chart.AppVersion, CRDs: hex.EncodeToString(sum[:])}
	if c.Version == unversioned {
		c.Version = ""
	} else if _, ok := Minor(c.Version); !ok { // it also becomes the name of a folder
		return Charts{}, fmt.Errorf("charts/base/Chart.yaml: appVersion %q is no version of Istio", c.Version)
	}
	return c, nil
}

var version = regexp.MustCompile(`^([0-9]+\.[0-9]+)(\.[0-9]+)?(-[0-9A-Za-z][0-9A-Za-z.-]*)?$`)

// Minor returns the major and minor number of a version such as 1.31.0 or
// 1.31.0-distroless, and false if it is no such version.
func Minor(v string) (string, bool) {
	m := version.FindStringSubmatch(v)
	if m == nil || len(v) > 63 {
		return "", false
	}
	return m[1], true
}
