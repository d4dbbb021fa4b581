package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiffOfSecrets: a pull request that rotates a certificate, or takes Secrets out
// of what the clusters run, shows it, and none of their values.
func TestDiffOfSecrets(t *testing.T) {
	k := newKept(t)
	w := workspace{t: t, file: filepath.Join(k.dir, "x"), dir: k.dir}
	k.Setenv("SOPS_AGE_KEY", k.identity.String())
	k.run(exitFine, "secrets", "ca")
	k.run(exitFine, "generate")
	w.git("init", "-q", "-b", "main")
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "one")
	k.run(exitFine, "diff", "--base", "HEAD")

	k.run(exitFine, "secrets", "ca", "--rotate", "east")
	k.run(exitFine, "diff") // both sides are the directory
	out, _ := k.run(exitDifference, "diff", "--base", "HEAD")
	expectParts(t, out, "1 cluster changed, of 2 clusters.", "changed Secret istio-system/cacerts (encrypted)\n  in east\n", `~ stringData["ca-key.pem"]: (not shown) → (not shown)`)
	if strings.Contains(out, "ENC[") || strings.Contains(out, "second look") {
		t.Errorf("got\n%s", out)
	}
	k.run(exitFine, "diff", "--base", "HEAD", "--cluster", "west")

	if err := os.RemoveAll(filepath.Join(k.dir, "secrets", "mesh1", "ca", "west")); err != nil {
		t.Fatal(err)
	}
	out, _ = k.run(exitDifference, "diff", "--format", "markdown", "--cluster", "west", "--base", "HEAD")
	expectParts(t, out, "- **trust-root** `Secret istio-system/cacerts (encrypted)`: `nothing that is generated makes the Secret cacerts any more` in `west`.")
	out, _ = k.run(exitDifference, "diff", "--format", "markdown", "--cluster", "west")
	expectParts(t, out, "- **secret-removed** `secrets/mesh1/ca/west no longer listed, and what it had is not there to see` in `west`.")
}
