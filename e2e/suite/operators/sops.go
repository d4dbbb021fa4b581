package operators

import (
	"fmt"
	"os"

	"filippo.io/age"
	"github.com/getsops/sops/v3/decrypt"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// identity is where SOPS's library, like its command, looks for an age identity.
const identity = "SOPS_AGE_KEY"

// IdentityFile is where SOPS's library is told of a file with one.
const IdentityFile = "SOPS_AGE_KEY_FILE"

// Recipient is somebody for whom Secrets are encrypted.
type Recipient struct {
	// Name is the public key, age1…; Identity the private one.
	Name, Identity string
}

// NewRecipient makes one, with whose identity Decrypt works from now on.
func NewRecipient() (Recipient, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Recipient{}, err
	}
	return Recipient{id.Recipient().String(), id.String()}, os.Setenv(identity, id.String())
}

// Decrypt returns objects as an engine applies them: those that are encrypted with
// SOPS are decrypted with its own library.
func Decrypt(objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	out := make([]*unstructured.Unstructured, len(objects))
	for i, o := range objects {
		out[i] = o
		if _, encrypted := o.Object["sops"]; !encrypted {
			continue
		}
		data, err := yaml.Marshal(o.Object)
		if err != nil {
			return nil, err
		}
		if data, err = decrypt.Data(data, "yaml"); err != nil {
			return nil, fmt.Errorf("%s %s/%s: %w", o.GetKind(), o.GetNamespace(), o.GetName(), err)
		}
		out[i] = &unstructured.Unstructured{}
		if err := yaml.Unmarshal(data, &out[i].Object); err != nil {
			return nil, err
		}
	}
	return out, nil
}
