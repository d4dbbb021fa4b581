package revision

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// commit finds the commit that a revision names.
func (r *repository) commit(rev string) (*object.Commit, error) {
	name, steps, err := split(rev)
	if err != nil {
		return nil, err
	}
	hash, err := r.hash(name)
	if err != nil {
		return nil, fmt.Errorf("--base %q: %w", rev, err)
	}
	c, err := r.peel(hash)
	for _, s := range steps {
		for range s.times {
			if err == nil {
				c, err = s.parent(c)
			}
		}
	}
	switch {
	case errors.Is(err, plumbing.ErrObjectNotFound):
		return nil, fmt.Errorf("--base %q: the commit is not in this clone, which may be a shallow one: fetch it first (git fetch --depth=1 origin <revision>)", rev)
	case err != nil:
		return nil, fmt.Errorf("--base %q: %w", rev, err)
	}
	return c, nil
}

// step goes to a parent, one or more times.
type step struct {
	number, times int
}

func (s step) parent(c *object.Commit) (*object.Commit, error) {
	if s.number > c.NumParents() {
		return nil, fmt.Errorf("%s has no parent %d", c.Hash, s.number)
	}
	return c.Parent(s.number - 1)
}

// split parts a revision into a name and the steps that follow it: ~N and ^N.
func split(rev string) (string, []step, error) {
	at := strings.IndexAny(rev, "~^@:")
	if strings.HasPrefix(rev, "@") && !strings.HasPrefix(rev, "@{") {
		at = strings.IndexAny(rev[1:], "~^@:") + 1
		if at == 0 {
			at = len(rev)
		}
	}
	if at < 0 {
		return rev, nil, nil
	}
	name, rest := rev[:at], rev[at:]
	var steps []step
	for rest != "" {
		sign := rest[0]
		end := 1
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		n := 1
		if end > 1 {
			var err error
			if n, err = strconv.Atoi(rest[1:end]); err != nil {
				return "", nil, fmt.Errorf("--base %q: %q is no number of commits", rev, rest[1:end])
			}
		}
		switch {
		case sign == '~':
			steps = append(steps, step{1, n})
		case sign == '^' && n > 0:
			steps = append(steps, step{n, 1})
		case sign == '^': // the commit itself
		default:
			return "", nil, fmt.Errorf("--base %q: write a branch, a tag or a hash, and ~N or ^N after it; git rev-parse turns any other form into a hash", rev)
		}
		rest = rest[end:]
	}
	return name, steps, nil
}

// hash finds what a name stands for, by the rules of git rev-parse: a full
// hash, a reference, a short hash.
func (r *repository) hash(name string) (plumbing.Hash, error) {
	if name == "" || name == "@" {
		name = "HEAD"
	}
	if plumbing.IsHash(name) {
		return plumbing.NewHash(name), nil
	}
	for _, rule := range plumbing.RefRevParseRules {
		full := plumbing.ReferenceName(fmt.Sprintf(rule, name))
		if !isReference(full) {
			continue
		}
		ref, err := storer.ResolveReference(r, full)
		if err == nil {
			return ref.Hash(), nil
		}
		if !errors.Is(err, plumbing.ErrReferenceNotFound) {
			return plumbing.ZeroHash, err
		}
	}
	return r.short(name)
}

// isReference says whether a reference can have this name: below refs/, or one
// of Git's own as HEAD and ORIG_HEAD.
func isReference(name plumbing.ReferenceName) bool {
	s := name.String()
	if !strings.HasPrefix(s, "refs/") {
		return strings.HasSuffix(s, "HEAD") && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
	}
	return name.Validate() == nil
}

// short finds the one commit or tag whose hash begins so.
func (r *repository) short(name string) (plumbing.Hash, error) {
	unknown := fmt.Errorf("no branch, tag or commit of the Git repository %q: name one that is there, as origin/main; a clone of one branch lacks the others (git fetch origin main)", r.root)
	even := name[:len(name)/2*2]
	prefix, err := hex.DecodeString(even)
	if len(name) < 4 || err != nil {
		return plumbing.ZeroHash, unknown
	}
	all, err := r.HashesWithPrefix(prefix)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	var found []plumbing.Hash
	for _, h := range all {
		if !strings.HasPrefix(h.String(), strings.ToLower(name)) {
			continue
		}
		if _, err := r.peel(h); err == nil {
			found = append(found, h)
		}
	}
	switch len(found) {
	case 0:
		return plumbing.ZeroHash, unknown
	case 1:
		return found[0], nil
	}
	return plumbing.ZeroHash, fmt.Errorf("several commits begin so (%v): write more of the hash", found)
}

// peel follows tags to the commit.
func (r *repository) peel(h plumbing.Hash) (*object.Commit, error) {
	for range 10 {
		o, err := object.GetObject(r, h)
		if err != nil {
			return nil, err
		}
		switch x := o.(type) {
		case *object.Commit:
			return x, nil
		case *object.Tag:
			h = x.Target
		default:
			return nil, fmt.Errorf("%s is a %s and not a commit", h, o.Type())
		}
	}
	return nil, fmt.Errorf("%s is a tag of tags without end", h)
}
