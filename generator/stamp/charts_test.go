package stamp

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"istio.io/istio/manifests"
)

// TestBuiltInChartsTreatIdentitiesAlike holds what builtIn and classify say of the
// built-in charts: they run one value as a template, and what they ask of names,
// networks and addresses is whether there is one, and whether an address is an IP.
func TestBuiltInChartsTreatIdentitiesAlike(t *testing.T) {
	var (
		action   = regexp.MustCompile(`\{\{-?(.*?)-?\}\}`)
		run      = regexp.MustCompile(`\btpl\b`)
		identity = regexp.MustCompile(`clusterName|\.network\b|remotePilotAddress`)
		compares = regexp.MustCompile(`\b(eq|ne|lt|gt|has|contains|hasPrefix|hasSuffix|regex\w*|trunc|len|trim\w*|split\w*|substr|sha256sum|index|get|dig)\b`)
		isIP     = `(regexMatch "^([0-9]*\\.){3}[0-9]*$" .Values.global.remotePilotAddress)`
		isIPv6   = `(regexMatch "^([0-9a-fA-F]*:)+[0-9a-fA-F]*$" .Values.global.remotePilotAddress)`
		allowed  = []string{
			"if and .Values.global.remotePilotAddress (not (or " + isIP + " " + isIPv6 + "))",
			"if or " + isIP + " " + isIPv6,
			"if " + strings.Trim(isIP, "()"),
		}
	)
	var ran, compared []string
	err := fs.WalkDir(manifests.FS, "charts", func(p string, d fs.DirEntry, err error) error {
		// Templates of files/ are the injector's: they come with values, as text.
		if err != nil || d.IsDir() || !strings.Contains(p, "/templates/") || path.Base(p) == "NOTES.txt" {
			return err
		}
		text, err := fs.ReadFile(manifests.FS, p)
		for n, a := range action.FindAllStringSubmatch(string(text), -1) {
			a := strings.TrimSpace(a[1])
			if strings.HasPrefix(a, "/*") {
				continue
			}
			if run.MatchString(a) {
				before := action.FindAllString(string(text), n)
				ran = append(ran, p+": "+before[len(before)-1]+a)
			}
			if identity.MatchString(a) && compares.MatchString(a) && !slices.Contains(allowed, a) {
				t.Errorf("%s asks more of an identity: %s", p, a)
			} else if identity.MatchString(a) && compares.MatchString(a) {
				compared = append(compared, a)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"charts/istio-control/istio-discovery/templates/deployment.yaml: {{- with .Values.initContainers }}tpl (toYaml .) $ | nindent 8"}
	if !slices.Equal(ran, want) {
		t.Errorf("the charts run as templates\n%q\nand not just\n%q", ran, want)
	}
	if len(compared) != len(allowed) {
		t.Errorf("the charts ask of identities %q, expected %d questions", compared, len(allowed))
	}
}

func TestRuns(t *testing.T) {
	type m = map[string]any
	const template = "{{ .Values.global.network }}"
	for name, c := range map[string]struct {
		values m
		want   bool
	}{
		"none":                    {nil, false},
		"no template":             {m{"pilot": m{"initContainers": []any{m{"name": "a"}}}}, false},
		"a template that is run":  {m{"pilot": m{"initContainers": []any{m{"name": "a", "args": []any{template}}}}}, true},
		"in a name":               {m{"pilot": m{"initContainers": []any{m{template: "a"}}}}, true},
		"unvalidated":             {m{"unvalidatedValues": m{"pilot": m{"initContainers": []any{m{"image": template}}}}}, true},
		"a template for injector": {m{"sidecarInjectorWebhook": m{"templates": m{"own": template}}}, false},
	} {
		if got := runs(map[string]any(c.values), false); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
