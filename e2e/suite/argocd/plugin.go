package argocd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// plugin makes what the sidecar of a config management plugin has mounted: the
// folder of its configuration, as the README of a tree has it, and the environment
// of both ends of the socket. Each plugin is a file of the folder of sockets.
func plugin(o Options) (config string, env []string, err error) {
	text, err := fenced(string(o.README), "kind: ConfigManagementPlugin")
	if err != nil {
		return "", nil, err
	}
	config = filepath.Join(o.Dir, "plugin")
	sockets, identity := filepath.Join(o.Dir, "plugins"), filepath.Join(config, "identity.txt")
	for _, dir := range []string{config, sockets} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", nil, err
		}
	}
	for file, content := range map[string]string{filepath.Join(config, "plugin.yaml"): text, identity: o.Identity} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return "", nil, err
		}
	}
	return config, []string{"ARGOCD_PLUGINSOCKFILEPATH=" + sockets, "SOPS_AGE_KEY_FILE=" + identity}, nil
}

// fenced finds the YAML in a page of Markdown that has a line.
func fenced(page, line string) (string, error) {
	const start, end = "```yaml\n", "\n```"
	for _, part := range strings.Split(page, start)[1:] {
		if text, _, ok := strings.Cut(part, end); ok && strings.Contains("\n"+text+"\n", "\n"+line+"\n") {
			return text + "\n", nil
		}
	}
	return "", errors.New("the README has no YAML with the line " + line)
}
