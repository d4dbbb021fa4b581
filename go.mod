module isthmus.dev/isthmus

go 1.26

require (
	istio.io/istio v0.0.0-20260827124520-eed52ebb66ad
	istio.io/api v1.31.1
	istio.io/client-go v1.31.1
	github.com/envoyproxy/go-control-plane/envoy v1.40.0
	github.com/envoyproxy/go-control-plane/contrib v1.36.1-0.20260729145720-a2d8c7492908
	sigs.k8s.io/kustomize/api v0.21.2
	sigs.k8s.io/kustomize/kyaml v0.21.2
	github.com/spf13/cobra v1.10.2
	github.com/sebdah/goldie/v2 v2.8.0
)
