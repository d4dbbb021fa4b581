package topology

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"isthmus.dev/isthmus/generator/topology/v1alpha1"
)

// What cert-manager's own webhook requires (pkg/apis/certmanager/v1/const.go).
const (
	minimumDuration    = time.Hour
	minimumRenewBefore = 5 * time.Minute
)

// signing checks what shapes the signing certificates of cert-manager.
func (v *validator) signing(d *document, cm v1alpha1.CertManager) {
	const path = "spec.trust.certManager"
	given := v.duration(d, path+".duration", cm.Duration)
	duration := parsed(cmp.Or(cm.Duration, defaultDuration))
	if given && duration < minimumDuration {
		d.wrong(path+".duration", cm.Duration, "is shorter than cert-manager allows", "write 1h or more")
	}
	renewed := v.duration(d, path+".renewBefore", cm.RenewBefore)
	before := parsed(cmp.Or(cm.RenewBefore, defaultRenewBefore))
	switch {
	case !given && cm.Duration != "" || !renewed && cm.RenewBefore != "":
	case renewed && before < minimumRenewBefore:
		d.wrong(path+".renewBefore", cm.RenewBefore, "is shorter than cert-manager allows", "write 5m or more")
	case before >= duration && renewed:
		d.wrong(path+".renewBefore", cm.RenewBefore, fmt.Sprintf("is not less than the duration, %s", cmp.Or(cm.Duration, defaultDuration)), "write less")
	case before >= duration:
		d.wrong(path+".duration", cm.Duration, fmt.Sprintf("is not more than renewBefore, %s", defaultRenewBefore), "write more, or set renewBefore to less")
	}
	if k := cm.PrivateKey; k != nil && d.oneOf(path+".privateKey.algorithm", k.Algorithm, "RSA", "ECDSA") {
		algorithm := cmp.Or(k.Algorithm, defaultKeyAlgorithm)
		if sizes := keySizes(algorithm); d.Has(path+".privateKey.size") && !slices.Contains(sizes, k.Size) {
			d.wrong(path+".privateKey.size", strconv.Itoa(k.Size), "is no size of an "+algorithm+" key", "write one of "+strings.Trim(fmt.Sprint(sizes), "[]"))
		}
	}
}

func parsed(duration string) time.Duration {
	d, _ := time.ParseDuration(duration) // 0 for one that is reported already
	return d
}

// additionalRoots: istiod refuses the whole list where one of them is no CA, and
// reads only the first certificate of each (pilot/pkg/trustbundle/trustbundle.go,
// verifyTrustAnchor).
func (v *validator) additionalRoots(d *document, roots []string) {
	const cure = "write PEM of one certificate authority, and nothing else"
	seen := map[string]int{}
	for i, root := range roots {
		path := fmt.Sprintf("spec.trust.additionalRoots[%d]", i)
		if what := badPEM(root); what != "" {
			d.missing(path, what, cure)
			continue
		}
		block, rest := pem.Decode([]byte(root))
		if next, _ := pem.Decode(rest); next != nil {
			d.missing(path, "there is more than one certificate in it", "make each of them an entry of its own")
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !c.IsCA {
			d.missing(path, "its certificate is no certificate authority", cure)
			continue
		}
		if j, taken := seen[string(c.Raw)]; taken {
			d.missing(path, fmt.Sprintf("it is the same certificate as additionalRoots[%d]", j), "remove one of the two")
			continue
		}
		seen[string(c.Raw)] = i
	}
}

var storeKey = regexp.MustCompile(`^[A-Za-z0-9/_+=.@:-]*$`)

func (v *validator) keyPrefix(d *document, path, value string) {
	if !storeKey.MatchString(value) || credentialText.MatchString(value) {
		d.missing(path, "it is no beginning of a key in a store", "write letters, digits, hyphens, underscores, dots and slashes, such as mesh1/")
	}
}
