package diff

// APIVersion and Kind of the JSON form.
const (
	APIVersion = "isthmus.dev/v1alpha1"
	Kind       = "Diff"
)

// Action says what happens to a cluster, an object, a field or a file.
type Action string

// The actions.
const (
	Added     Action = "added"
	Changed   Action = "changed"
	Removed   Action = "removed"
	Moved     Action = "moved"
	Reordered Action = "reordered" // of a list, only in fields
)

// Placeholders stand for the own name of each cluster that an entry lists, and
// of its network, where entries are the same but for these.
const (
	ClusterPlaceholder = "<cluster>"
	NetworkPlaceholder = "<network>"
)

// Diff is everything that differs between two trees. It has no order but the
// one of its lists, and the same trees give the same Diff.
type Diff struct {
	// Total is the number of clusters in the new tree.
	Total int `json:"totalClusters"`
	// Clusters that differ, sorted by name. The one without a name is what
	// belongs to no cluster.
	Clusters []Cluster `json:"clusters"`
	// Marks deserve a second look.
	Marks []Mark `json:"marks"`
	// Entries are the changes of objects.
	Entries []Entry `json:"changes"`
	// Files are the other files: READMEs, kustomizations.
	Files []File `json:"files"`
}

// Empty says that the trees are equal.
func (d *Diff) Empty() bool { return len(d.Clusters) == 0 }

// Cluster counts what differs in one cluster.
type Cluster struct {
	// Name, "" for what belongs to no cluster.
	Name string `json:"name"`
	// Change is Added or Removed for a whole cluster, else Changed.
	Change  Action `json:"change"`
	Added   int    `json:"added"`
	Changed int    `json:"changed"`
	Removed int    `json:"removed"`
	Moved   int    `json:"moved"`
	// Files are the other files that differ.
	Files int `json:"files"`
}

// Object identifies an object.
type Object struct {
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Place is the top folder of an object that no cluster's own folder holds,
	// as argocd or flux; such objects live in whichever cluster runs the engine.
	Place string `json:"place,omitempty"`
	// Encrypted says that it is one of the users' Secrets, of whose values none is
	// shown.
	Encrypted bool `json:"encrypted,omitempty"`
}

// Entry is one change: in one object, or alike in several.
type Entry struct {
	Change Action `json:"change"`
	// Objects sorted by identity, at least one.
	Objects []Object `json:"objects"`
	// Clusters sorted by name; "" is what belongs to no cluster.
	Clusters []string `json:"clusters"`
	// From and To are the folders of a move.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Fields that change, sorted by path.
	Fields []Field `json:"fields,omitempty"`
	// RepeatedIn are objects that repeat the same fields, as Istio's record of its
	// Helm values does those of the mesh configuration.
	RepeatedIn []Object `json:"repeatedIn,omitempty"`
	// Content is the YAML of an object that is added to a cluster that was there.
	Content string `json:"content,omitempty"`
}

// Field is a field that changes.
type Field struct {
	// Path of the field, with quotes where a key has dots: metadata.labels["a.b/c"].
	Path   string `json:"path"`
	Change Action `json:"change"`
	Old    any    `json:"old,omitempty"`
	New    any    `json:"new,omitempty"`
	// Masked says that the values are not shown: the object is encrypted.
	Masked bool `json:"masked,omitempty"`
	// Lines are a line diff in place of Old and New, for text of many lines.
	Lines []string `json:"lines,omitempty"`
}

// File is a change of a file that holds no object.
type File struct {
	Path     string   `json:"path"`
	Change   Action   `json:"change"`
	Clusters []string `json:"clusters"`
}

// Mark is a change that deserves a second look.
type Mark struct {
	Rule     Rule     `json:"rule"`
	Objects  []Object `json:"objects,omitempty"`
	Clusters []string `json:"clusters"`
	// What happens.
	What string `json:"what"`
	// Why it matters.
	Why string `json:"why"`
}
