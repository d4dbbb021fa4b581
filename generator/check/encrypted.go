package check

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	goyaml "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/manifest"
)

const cureEncrypt = "encrypt it with sops, or have isthmus make it again, and take what was committed in clear for known to others"

// Encrypted checks that none of the users' files under the folder of secrets has
// a secret in clear: what looks like a credential in any of them, and of
// Secrets, and files named *.sops.*, that SOPS encrypted every value. The error
// is an errors.Join of every Finding, sorted.
func Encrypted(files map[string][]byte) error {
	var findings []Finding
	for _, name := range slices.Sorted(maps.Keys(files)) {
		var what []string
		switch path.Ext(name) {
		case ".yaml", ".yml", ".json":
			what = secretsInClear(name, files[name])
		}
		holds := "holds " + inClear(string(files[name]))
		if holds != "holds " && !slices.ContainsFunc(what, func(w string) bool { return strings.HasSuffix(w, holds) }) {
			what = append(what, holds)
		}
		if len(what) > 0 { // of one file one cure will do
			findings = append(findings, Finding{Object: name, What: strings.Join(what, ", "), Cure: cureEncrypt})
		}
	}
	return joined(findings)
}

// kept says whether a file is named as one that SOPS encrypted, by the users, or by
// isthmus for them.
func kept(name string) bool { return strings.Contains(path.Base(name), ".sops.") }

// inClear says what credential a file holds as text, "" for none.
func inClear(text string) string {
	if strings.Contains(text, "AGE-SECRET-KEY-1") {
		return "an age identity"
	}
	return credential(text)
}

// secretsInClear looks at the objects of a file.
func secretsInClear(name string, data []byte) []string {
	var out []string
	docs := goyaml.NewDecoder(bytes.NewReader(data))
	for {
		var doc goyaml.Node
		err := docs.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			return append(out, "cannot be read: "+line(err))
		}
		text, err := goyaml.Marshal(&doc)
		if err != nil {
			return append(out, "cannot be read: "+line(err))
		}
		var o manifest.Object
		if err := yaml.Unmarshal(text, &o); err != nil {
			continue // a list or a text: inClear has looked at it
		}
		r := &reporter{}
		secretFree(r, o)
		for _, f := range r.findings {
			out = append(out, f.What)
		}
		if kept(name) && !sealed(o) {
			out = append(out, "is named as encrypted by SOPS, and has values that are not")
		}
	}
}
