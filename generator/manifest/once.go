package manifest

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

// manyGaps is more than a word of a cluster's own has in any one file. A word with
// more, such as the name a, is part of others, and gaps would take more memory than
// they save.
const manyGaps = 64

// Once keeps what many texts have in common once. It is for texts that were made
// one by one, and says nothing of how they came to be alike. The zero value is
// ready; it is safe for concurrent use.
type Once struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]*Template
}

// Text returns the same content, with gaps where it has one of some words: a
// template that all texts share that are the same but for their words. Words are in
// the same order for all texts, empty ones are none.
func (o *Once) Text(text string, words []string) Text {
	t := NewTemplate(text, words)
	if len(t.gaps) > manyGaps {
		t, words = &Template{parts: []string{text}}, nil
	}
	hash := sha256.New()
	fmt.Fprintln(hash, t.gaps)
	for _, p := range t.parts {
		fmt.Fprintln(hash, len(p))
		hash.Write([]byte(p))
	}
	key := [sha256.Size]byte(hash.Sum(nil))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known == nil {
		o.known = map[[sha256.Size]byte]*Template{}
	}
	if _, known := o.known[key]; !known {
		o.known[key] = t
	}
	return o.known[key].Fill(words)
}
