package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// identities are the age identities that sops would find: those of SOPS_AGE_KEY,
// of the file SOPS_AGE_KEY_FILE, and of the user's own file. No command is run
// for them, and no SSH key is looked at. That there is none is no error: not
// everything needs one.
func identities(getenv func(string) string) ([]age.Identity, error) {
	var out []age.Identity
	add := func(from, text string) error {
		ids, err := age.ParseIdentities(strings.NewReader(text))
		if err != nil {
			return fmt.Errorf("%s holds no age identities: %w; write what age-keygen prints", from, err)
		}
		out = append(out, ids...)
		return nil
	}
	if text := getenv("SOPS_AGE_KEY"); text != "" {
		if err := add("SOPS_AGE_KEY", text); err != nil {
			return nil, err
		}
	}
	file, named := getenv("SOPS_AGE_KEY_FILE"), true
	if file == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return out, nil // no home, no file
		}
		file, named = filepath.Join(config, "sops", "age", "keys.txt"), false
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the age identities: %w; set SOPS_AGE_KEY_FILE to the file that age-keygen made", err)
	}
	return out, add(fmt.Sprintf("%q", file), string(data))
}
