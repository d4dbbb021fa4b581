// Package layout says where the encrypted secrets of a mesh lie in the generated
// repository, and which of those that are there a cluster uses. The files are
// the users': the commands under "isthmus secrets" write them, "isthmus generate"
// refers to them and never changes them.
package layout

import (
	"path"
	"strings"
)

// Root is the folder of all encrypted secrets.
const Root = "secrets"

// Kustomization is the file that makes a folder of secrets one that others list.
const Kustomization = "kustomization.yaml"

// encrypted is how the name of an encrypted file ends, as creation rules of SOPS
// commonly match it.
const encrypted = ".sops.yaml"

// Remote is the folder of a mesh's remote secrets: one file for each cluster that
// is observed. There is one folder for all observers, since istiod ignores a
// secret that bears its own cluster's name, and so nothing grows with pairs.
func Remote(mesh string) string { return path.Join(Root, mesh, "remote") }

// RemoteFile is the remote secret of a cluster.
func RemoteFile(mesh, cluster string) string { return path.Join(Remote(mesh), cluster+encrypted) }

// CAs is the folder above those of a mesh's signing certificates.
func CAs(mesh string) string { return path.Join(Root, mesh, "ca") }

// CA is the folder of the signing certificate of a cluster's control plane.
func CA(mesh, cluster string) string { return path.Join(CAs(mesh), cluster) }

// CAFile is the Secret cacerts of a cluster.
func CAFile(mesh, cluster string) string { return path.Join(CA(mesh, cluster), "cacerts"+encrypted) }

// ChainFile is what of cacerts is public: the signing certificate and its root.
// It is there for those who may not decrypt, to see when a certificate ends.
func ChainFile(mesh, cluster string) string { return path.Join(CA(mesh, cluster), "cert-chain.pem") }

// RootKeyFile is the key of a mesh's root. No kustomization lists it: no cluster
// ever needs it.
func RootKeyFile(mesh string) string { return path.Join(Root, mesh, "root-ca"+encrypted) }

// RemoteCluster is the cluster whose remote secret a path is, "" for any other
// path.
func RemoteCluster(mesh, file string) string {
	dir, name := path.Split(file)
	cluster, ok := strings.CutSuffix(name, encrypted)
	if path.Clean(dir) != Remote(mesh) || !ok {
		return ""
	}
	return cluster
}
