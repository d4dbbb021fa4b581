// Package encrypt encrypts and decrypts files for people with age keys, in the
// format of SOPS and with its library. Of that library's kinds of keys it uses
// age alone: nothing here asks a cloud's key service, runs a command or looks at
// the environment.
package encrypt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	sopsage "github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/stores/yaml"
)

const (
	// regex has only values under these keys encrypted, so that a diff still
	// shows whose secret it is.
	regex = `^(data|stringData)$`
	// version of the format that is written, the library's own.
	version = "3.13.3"
	indent  = 2
)

// ErrWrongKey says that no identity is one of a file's recipients.
var ErrWrongKey = errors.New("none of the age identities given can decrypt it")

// Encrypt encrypts the values under data and stringData of a YAML document so
// that each of the recipients (age1…) can decrypt it.
func Encrypt(clear []byte, recipients []string, now time.Time) ([]byte, error) {
	if len(recipients) == 0 {
		return nil, errors.New("there is no recipient, so nobody could decrypt it: list age public keys in ageRecipients")
	}
	var group sops.KeyGroup
	key := make([]byte, 32)
	rand.Read(key) // never fails, see crypto/rand
	for _, r := range recipients {
		k, err := sopsage.MasterKeyFromRecipient(r)
		if err != nil {
			return nil, fmt.Errorf("recipient %q: %w", r, err)
		}
		if err := k.Encrypt(key); err != nil {
			return nil, fmt.Errorf("recipient %q: %w", r, err)
		}
		group = append(group, k)
	}
	s := store()
	branches, err := s.LoadPlainFile(clear)
	if err != nil {
		return nil, fmt.Errorf("reading what is to be encrypted: %w", err)
	}
	t := sops.Tree{Branches: branches, Metadata: sops.Metadata{
		KeyGroups: []sops.KeyGroup{group}, EncryptedRegex: regex, Version: version, LastModified: now.UTC(),
	}}
	cipher := aes.NewCipher()
	mac, err := t.Encrypt(key, cipher)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	if t.Metadata.MessageAuthenticationCode, err = cipher.Encrypt(mac, key, modified(t)); err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return s.EmitEncryptedFile(t)
}

// Decrypt decrypts a YAML document with whichever identity fits, and checks that
// nothing in it was changed since. The error is ErrWrongKey if none fits.
func Decrypt(data []byte, identities []age.Identity) ([]byte, error) {
	s := store()
	t, err := s.LoadEncryptedFile(data)
	if err != nil {
		return nil, fmt.Errorf("it is not encrypted by SOPS: %w", err)
	}
	key, err := dataKey(t, identities)
	if err != nil {
		return nil, err
	}
	cipher := aes.NewCipher()
	mac, err := t.Decrypt(key, cipher)
	if err != nil {
		return nil, fmt.Errorf("decrypting: %w", err)
	}
	recorded, err := cipher.Decrypt(t.Metadata.MessageAuthenticationCode, key, modified(t))
	if err != nil || recorded != mac {
		return nil, errors.New("it was changed after it was encrypted (its MAC does not match): restore it from Git, or make it again")
	}
	return s.EmitPlainFile(t.Branches)
}

// dataKey finds the key that the document's values are encrypted with.
func dataKey(t sops.Tree, identities []age.Identity) ([]byte, error) {
	if len(t.Metadata.KeyGroups) > 1 {
		return nil, errors.New("its key is shared over several key groups, which isthmus does not write: encrypt it with one")
	}
	if len(identities) == 0 {
		return nil, ErrWrongKey // without any, the library would look for them itself
	}
	for _, group := range t.Metadata.KeyGroups {
		for _, k := range group {
			mine, ok := k.(*sopsage.MasterKey)
			if !ok {
				continue
			}
			sopsage.ParsedIdentities(identities).ApplyToMasterKey(mine)
			if key, err := mine.Decrypt(); err == nil {
				return key, nil
			}
		}
	}
	return nil, ErrWrongKey
}

// modified is the time that a document's MAC is bound to.
func modified(t sops.Tree) string { return t.Metadata.LastModified.Format(time.RFC3339) }

func store() *yaml.Store { return yaml.NewStore(&config.YAMLStoreConfig{Indent: indent}) }
