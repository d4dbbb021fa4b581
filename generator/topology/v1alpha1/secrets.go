package v1alpha1

// RemoteSecrets says where remote secrets come from.
type RemoteSecrets struct {
	// Provider is manual, external-secrets or sops. Default: manual.
	Provider string `json:"provider,omitempty" jsonschema:"enum=manual,enum=external-secrets,enum=sops"`
	// ExternalSecrets configures the provider external-secrets.
	ExternalSecrets *RemoteExternalSecrets `json:"externalSecrets,omitempty"`
	// SOPS configures the provider sops.
	SOPS *SOPS `json:"sops,omitempty"`
}

// RemoteExternalSecrets configures remote secrets from a secret store.
type RemoteExternalSecrets struct {
	// StoreRef names the store.
	StoreRef Ref `json:"storeRef"`
	// KeyPrefix is put before the cluster's name.
	KeyPrefix string `json:"keyPrefix,omitempty"`
	// RefreshInterval of the ExternalSecrets, a duration. Default: 1h.
	RefreshInterval string `json:"refreshInterval,omitempty"`
	// Push has each cluster put its own token and certificate authority into the store.
	Push bool `json:"push,omitempty"`
}

// Ref names an object by its kind.
type Ref struct {
	// Kind of the object.
	Kind string `json:"kind"`
	// Name of the object.
	Name string `json:"name"`
}

// SOPS configures encryption in Git.
type SOPS struct {
	// AgeRecipients are the age public keys that can decrypt.
	AgeRecipients []string `json:"ageRecipients"`
}

// Trust says where each control plane's signing certificate comes from.
type Trust struct {
	// Provider is self-signed, manual, cert-manager, external-secrets or sops.
	// Default: self-signed, which allows one primary only.
	Provider string `json:"provider,omitempty" jsonschema:"enum=self-signed,enum=manual,enum=cert-manager,enum=external-secrets,enum=sops"`
	// CertManager configures the provider cert-manager.
	CertManager *CertManager `json:"certManager,omitempty"`
	// ExternalSecrets configures the provider external-secrets.
	ExternalSecrets *TrustExternalSecrets `json:"externalSecrets,omitempty"`
	// SOPS configures the provider sops.
	SOPS *SOPS `json:"sops,omitempty"`
	// AdditionalRoots are roots that workloads trust beside the one that signs for
	// them, each PEM of one certificate: the state in between while a mesh moves
	// from one root to another. List both then.
	AdditionalRoots []string `json:"additionalRoots,omitempty"`
}

// CertManager configures signing certificates from cert-manager.
type CertManager struct {
	// IssuerRef names the issuer.
	IssuerRef Ref `json:"issuerRef"`
	// Duration of a certificate. Default: 2160h.
	Duration string `json:"duration,omitempty"`
	// RenewBefore its end. Default: 720h.
	RenewBefore string `json:"renewBefore,omitempty"`
	// PrivateKey of a certificate. Default: RSA 4096, as Istio's own tools have it.
	PrivateKey *PrivateKey `json:"privateKey,omitempty"`
}

// PrivateKey is the key of a signing certificate.
type PrivateKey struct {
	// Algorithm is RSA or ECDSA. Default: RSA.
	Algorithm string `json:"algorithm,omitempty" jsonschema:"enum=RSA,enum=ECDSA"`
	// Size in bits: 2048, 3072 or 4096 of RSA, 256, 384 or 521 of ECDSA. Default: 4096 and 256.
	Size int `json:"size,omitempty"`
}

// TrustExternalSecrets configures signing certificates from a secret store.
type TrustExternalSecrets struct {
	// StoreRef names the store.
	StoreRef Ref `json:"storeRef"`
	// KeyPrefix is put before the cluster's name. Not the one of remoteSecrets, where the store is the same: whoever reads a token there must not read a key that signs.
	KeyPrefix string `json:"keyPrefix,omitempty"`
	// RefreshInterval of the ExternalSecrets, a duration. Default: 1h.
	RefreshInterval string `json:"refreshInterval,omitempty"`
}

// Auth is how control planes elsewhere authenticate to a cluster.
type Auth struct {
	// Exec is a program that istiod runs in its own pod to get a credential.
	Exec ExecAuth `json:"exec"`
}

// ExecAuth is a credential plugin, as kubeconfigs spell it.
type ExecAuth struct {
	// Command to run; the image of istiod must have it.
	Command string `json:"command"`
	// Args of the command.
	Args []string `json:"args,omitempty"`
	// APIVersion of what the command prints. Default: client.authentication.k8s.io/v1.
	APIVersion string `json:"apiVersion,omitempty" jsonschema:"enum=client.authentication.k8s.io/v1,enum=client.authentication.k8s.io/v1beta1"`
	// Env is set for the command beside istiod's own environment. It is committed
	// in clear.
	Env []ExecEnv `json:"env,omitempty"`
}

// ExecEnv is a variable of a command's environment.
type ExecEnv struct {
	// Name of the variable.
	Name string `json:"name"`
	// Value of the variable.
	Value string `json:"value"`
}
