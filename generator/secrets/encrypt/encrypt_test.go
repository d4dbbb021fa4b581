package encrypt_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/getsops/sops/v3/decrypt"
	"github.com/getsops/sops/v3/version"
	"sigs.k8s.io/yaml"

	"isthmus.dev/isthmus/generator/secrets/encrypt"
)

const clear = `apiVersion: v1
kind: Secret
metadata:
  name: a
  namespace: istio-system
stringData:
  empty: ""
  key: |
    line one
    line two
  number: "0123"
`

func now() time.Time { return time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC) }

func identity(t *testing.T) *age.X25519Identity {
	t.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func encrypted(t *testing.T, recipients ...*age.X25519Identity) []byte {
	t.Helper()
	var keys []string
	for _, r := range recipients {
		keys = append(keys, r.Recipient().String())
	}
	out, err := encrypt.Encrypt([]byte(clear), keys, now())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, got []byte) {
	t.Helper()
	var a, b map[string]any
	if err := errors.Join(yaml.UnmarshalStrict([]byte(clear), &a), yaml.UnmarshalStrict(got, &b)); err != nil {
		t.Fatal(err)
	}
	x, _ := yaml.Marshal(a)
	y, _ := yaml.Marshal(b)
	if string(x) != string(y) {
		t.Errorf("got\n%s", got)
	}
}

func TestRoundTrip(t *testing.T) {
	a, b, stranger := identity(t), identity(t), identity(t)
	data := encrypted(t, a, b)
	for _, secret := range []string{"line one", "line two", "0123"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%q is in clear:\n%s", secret, data)
		}
	}
	for _, public := range []string{"kind: Secret", "name: a", "namespace: istio-system", "  key: ENC[", "encrypted_regex: ^(data|stringData)$"} {
		if !strings.Contains(string(data), public) {
			t.Errorf("%q cannot be read:\n%s", public, data)
		}
	}
	for _, ids := range [][]age.Identity{{a}, {b}, {stranger, b}} {
		got, err := encrypt.Decrypt(data, ids)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got)
	}
	for _, ids := range [][]age.Identity{nil, {stranger}} {
		if got, err := encrypt.Decrypt(data, ids); !errors.Is(err, encrypt.ErrWrongKey) || got != nil {
			t.Errorf("a stranger got %q, %v", got, err)
		}
	}
}

// TestSOPS decrypts as the sops command and Flux do.
func TestSOPS(t *testing.T) {
	a := identity(t)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SOPS_AGE_KEY", a.String())
	got, err := decrypt.Data(encrypted(t, a), "yaml")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got)
	t.Setenv("SOPS_AGE_KEY", identity(t).String())
	if got, err := decrypt.Data(encrypted(t, a), "yaml"); err == nil {
		t.Errorf("a stranger got %q", got)
	}
}

// TestVersion pins the version of the format to that of the library.
func TestVersion(t *testing.T) {
	if data := string(encrypted(t, identity(t))); !strings.Contains(data, "\n  version: "+version.Version+"\n") {
		t.Errorf("the library is of version %s:\n%s", version.Version, data)
	}
}

func TestChanged(t *testing.T) {
	a := identity(t)
	data := string(encrypted(t, a))
	for name, changed := range map[string]string{
		"in clear":  strings.Replace(data, "name: a", "name: b", 1),
		"encrypted": strings.Replace(data, "number: ENC[AES256_GCM,data:", "number: ENC[AES256_GCM,data:AA", 1),
	} {
		if got, err := encrypt.Decrypt([]byte(changed), []age.Identity{a}); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
	if _, err := encrypt.Decrypt([]byte(clear), []age.Identity{a}); err == nil || !strings.Contains(err.Error(), "it is not encrypted by SOPS") {
		t.Errorf("in clear: %v", err)
	}
}

func TestRecipients(t *testing.T) {
	for want, recipients := range map[string][]string{
		"there is no recipient": nil,
		`recipient "age1x"`:     {"age1x"},
	} {
		if out, err := encrypt.Encrypt([]byte(clear), recipients, now()); err == nil || !strings.Contains(err.Error(), want) || out != nil {
			t.Errorf("%v: got %q, %v", recipients, out, err)
		}
	}
}
