package flux

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"isthmus.dev/isthmus/e2e/suite/kube"
)

// source plays source-controller: every GitRepository of the hub gets the tree
// that was pushed last, as an artifact on loopback.
type source struct {
	hub    *kube.Cluster
	dir    string
	url    string
	server *http.Server
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex
	artifact map[string]any
}

func serve(hub *kube.Cluster, dir string) (*source, error) {
	files := filepath.Join(dir, "artifacts")
	if err := os.MkdirAll(files, 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &source{
		hub: hub, dir: files, url: "http://" + listener.Addr().String(), cancel: cancel, done: make(chan struct{}),
		server: &http.Server{Handler: http.FileServer(http.Dir(files)), ReadHeaderTimeout: time.Minute},
	}
	go s.server.Serve(listener) //nolint:errcheck // ends with close
	go s.reconcile(ctx)
	return s, nil
}

func (s *source) push(tree string) (string, error) {
	data, err := archive(tree)
	if err != nil {
		return "", err
	}
	digest := fmt.Sprintf("%x", sha256.Sum256(data))
	name := digest + ".tar.gz"
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		return "", err
	}
	revision := "main@sha1:" + digest[:40]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.artifact = map[string]any{
		"path": name, "url": s.url + "/" + name, "revision": revision, "digest": "sha256:" + digest,
		"size": len(data), "lastUpdateTime": time.Now().UTC().Format(time.RFC3339),
	}
	return revision, nil
}

// reconcile writes the status of repositories, those that come later too.
func (s *source) reconcile(ctx context.Context) {
	defer close(s.done)
	for ctx.Err() == nil {
		list, err := s.hub.Dynamic.Resource(repositories).Namespace("").List(ctx, metav1.ListOptions{})
		if err == nil {
			for i := range list.Items {
				_ = s.fetched(ctx, &list.Items[i]) // or the next time
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (s *source) fetched(ctx context.Context, r *unstructured.Unstructured) error {
	s.mu.Lock()
	artifact := s.artifact
	s.mu.Unlock()
	has, _, _ := unstructured.NestedString(r.Object, "status", "artifact", "revision")
	if artifact == nil || has == artifact["revision"] {
		return nil
	}
	patch, err := json.Marshal(map[string]any{"status": map[string]any{
		"artifact": artifact, "observedGeneration": r.GetGeneration(),
		"conditions": []any{map[string]any{
			"type": "Ready", "status": "True", "reason": "Succeeded", "message": "stored artifact",
			"observedGeneration": r.GetGeneration(), "lastTransitionTime": artifact["lastUpdateTime"],
		}},
	}})
	if err != nil {
		return err
	}
	_, err = s.hub.Dynamic.Resource(repositories).Namespace(r.GetNamespace()).
		Patch(ctx, r.GetName(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: "source-controller"}, "status")
	return err
}

func (s *source) close() {
	s.cancel()
	<-s.done
	_ = s.server.Close()
}

// archive packs a whole tree, since its folders refer to each other.
func archive(tree string) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	to := tar.NewWriter(zip)
	err := filepath.WalkDir(tree, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(tree, file)
		if err != nil {
			return err
		}
		if err := to.WriteHeader(&tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err = to.Write(data)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(to.Close(), zip.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
