package argocd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var applications = schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"}

// Application is what the suite reads of one.
type Application struct {
	Status struct {
		Sync       struct{ Status, Revision string }
		Health     struct{ Status string }
		Conditions []struct{ Type, Message string }
		Resources  []Resource
		// Operation is the last sync, or the one that runs.
		Operation struct {
			Phase, Message, FinishedAt string
			SyncResult                 struct{ Revision string }
		} `json:"operationState"`
		History []struct{ Revision string }
	}
}

// Resource is an object of an Application.
type Resource struct {
	Group, Kind, Namespace, Name, Status string
	Health                               struct{ Status, Message string }
}

// Applications are all that there are, by name.
func (a *ArgoCD) Applications(ctx context.Context) (map[string]Application, error) {
	if err := a.ended(); err != nil {
		return nil, err
	}
	list, err := a.home.Dynamic.Resource(applications).Namespace(Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	out := map[string]Application{}
	for _, o := range list.Items {
		data, err := o.MarshalJSON()
		if err != nil {
			return nil, err
		}
		var app Application
		if err := json.Unmarshal(data, &app); err != nil {
			return nil, err
		}
		out[o.GetName()] = app
	}
	return out, nil
}

// Refresh has all Applications compared with the head of the repository, as its
// webhook would, hard without what was cached.
func (a *ArgoCD) Refresh(ctx context.Context, how string) error {
	all, err := a.Applications(ctx)
	if err != nil {
		return err
	}
	patch := fmt.Appendf(nil, `{"metadata": {"annotations": {"argocd.argoproj.io/refresh": %q}}}`, how)
	var errs []error
	for name := range all {
		_, err := a.home.Dynamic.Resource(applications).Namespace(Namespace).Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Refreshed says that no Application waits for that any more.
func (a *ArgoCD) Refreshed(ctx context.Context) error {
	list, err := a.home.Dynamic.Resource(applications).Namespace(Namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, o := range list.Items {
		if o.GetAnnotations()["argocd.argoproj.io/refresh"] != "" {
			return fmt.Errorf("Application %s is not refreshed yet", o.GetName())
		}
	}
	return nil
}

// Synced says that an Application is what its revision has, and that the sync to
// it has ended well.
func (app Application) Synced(revision string) error {
	s := app.Status
	if s.Sync.Status != "Synced" || s.Sync.Revision != revision || s.Operation.Phase != "Succeeded" || s.Operation.SyncResult.Revision == "" {
		var out []string
		for _, r := range s.Resources {
			if r.Status != "Synced" {
				out = append(out, r.Kind+" "+r.Namespace+"/"+r.Name+" is "+r.Status)
			}
		}
		return fmt.Errorf("%s at %s (wanted %s), last sync: %s %s; %v; %v",
			s.Sync.Status, s.Sync.Revision, revision, s.Operation.Phase, s.Operation.Message, s.Conditions, out)
	}
	return nil
}

// Unhealthy are the objects that are not, by kind.
func (app Application) Unhealthy() map[string]string {
	out := map[string]string{}
	for _, r := range app.Status.Resources {
		if h := r.Health.Status; h != "" && h != "Healthy" {
			out[r.Kind] = h
		}
	}
	return out
}

// Apply applies an object of the entry point.
func (a *ArgoCD) Apply(ctx context.Context, o *unstructured.Unstructured) error {
	_, err := a.home.Apply(ctx, o)
	return err
}
