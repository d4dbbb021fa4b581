// Package diff compares two generated trees as a reviewer would: not file by
// file but object by object, and field by field inside of an object.
//
// Objects are matched by identity (group, kind, namespace, name) within a
// cluster, so a file that moved is a move. Which objects a cluster has, its
// kustomizations say: a shared folder under base/ belongs to every cluster that
// references it. What is the same in many clusters is one entry that lists the
// clusters, also where it is the same but for the cluster's or its network's own
// name; and a field that changes alike in several objects is one entry that
// lists the objects. Text inside of a ConfigMap that is itself YAML or JSON is
// compared by its fields, any other text line by line.
//
// The users' encrypted Secrets, which clusters list beside what is generated, are
// objects too. Which of their fields differ is shown, and who can decrypt them, but
// no value.
//
// # Why dyff
//
// The structural comparison is github.com/homeport/dyff's. What it brings is the
// lists: entries are matched by their name (containers, ports, webhooks,
// environment), others by their content, and a new order is told apart from new
// entries. It compares YAML nodes and reports paths and nodes, so rendering,
// grouping and judging stay ours. It adds 0.15 MB to the program and twelve
// small modules. What it does not see (a null that is spelt otherwise, layout and
// comments in a file that someone edited) is shown by lines: two files that
// differ are never reported as equal.
package diff
