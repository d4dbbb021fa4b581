package strict

import "go.yaml.in/yaml/v3"

// Merge lays one map of the document over another: maps merge, anything else of over wins,
// also an explicit null, which leaves the field to its default. Neither of the
// two is changed, and nodes keep their identity, so faults point to where a
// value was written.
func (d *Document) Merge(base, over *yaml.Node) *yaml.Node {
	if over == nil {
		return base
	}
	under, top := resolve(base), resolve(over)
	if under == nil || under.Kind != yaml.MappingNode || top.Kind != yaml.MappingNode {
		return over // not top: a value given by an alias stands where the alias is
	}
	out := d.Copy(top)
	if pos, ok := d.origin[over]; ok {
		d.origin[out] = pos
	}
	for i := 0; i+1 < len(under.Content); i += 2 {
		key, value := under.Content[i], under.Content[i+1]
		found := false
		for j := 0; j+1 < len(out.Content); j += 2 {
			if out.Content[j].Value != key.Value {
				continue
			}
			found = true
			if !isNull(out.Content[j+1]) {
				out.Content[j+1] = d.Merge(value, out.Content[j+1])
			}
		}
		if !found {
			out.Content = append(out.Content, key, value)
		}
	}
	return out
}

// Copy returns a copy of a node with the same children, at the same position.
func (d *Document) Copy(n *yaml.Node) *yaml.Node {
	out := *n
	out.Content = append([]*yaml.Node{}, n.Content...)
	if pos, ok := d.origin[n]; ok {
		d.origin[&out] = pos
	}
	return &out
}

// Lookup returns the value of a key of a map, aliases followed, nil if there is none.
func Lookup(n *yaml.Node, key string) *yaml.Node {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1])
		}
	}
	return nil
}

func resolve(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
