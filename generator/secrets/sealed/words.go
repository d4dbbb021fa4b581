package sealed

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"isthmus.dev/isthmus/generator/several"
)

// Wrong says which files would be applied to where nobody reads them, and what to
// do; nil if there are none.
func Wrong(findings []Finding) error {
	var errs []error
	for _, text := range Texts(those(findings, func(f Finding) bool { return f.Kind == Place })) {
		errs = append(errs, errors.New(text))
	}
	return errors.Join(errs...)
}

// Warnings says the same of all else that was found.
func Warnings(findings []Finding) []string {
	return Texts(those(findings, func(f Finding) bool { return f.Kind != Place }))
}

// State is the state of one file in few words, "" if it is as the plan has it.
func State(findings []Finding, file string) string {
	for _, f := range findings {
		if f.File == file {
			return f.State // the first weighs most
		}
	}
	return ""
}

func those(findings []Finding, are func(Finding) bool) []Finding {
	var out []Finding
	for _, f := range findings {
		if are(f) {
			out = append(out, f)
		}
	}
	return out
}

// Texts says all of it: a line for all files of a mesh of which there is the same to
// say.
func Texts(findings []Finding) []string {
	type line struct {
		mesh, says, command string
		kind                Kind
	}
	var lines []line
	files := map[line][]Finding{}
	for _, f := range findings {
		l := line{f.Mesh, f.Says, f.command, f.Kind}
		if f.Kind == Recipients {
			l.command = "" // SOPS's own, the same for all
		}
		if files[l] == nil {
			lines = append(lines, l)
		}
		files[l] = append(files[l], f)
	}
	var out []string
	for _, l := range lines {
		var names []string
		for _, f := range files[l] {
			names = append(names, fmt.Sprintf("%q", f.File))
		}
		out = append(out, fmt.Sprintf("mesh %q: %s: %s; %s", l.mesh, several.Some(names), l.says, cure(files[l])))
	}
	return out
}

// cure says how to make files again that differ in the same way.
func cure(same []Finding) string {
	const most = 3
	f := same[0]
	if f.Kind == Recipients {
		return recrypt(f)
	}
	run := f.command
	if len(same) <= most {
		for _, f := range same {
			run += " " + f.flag + " " + f.Cluster
		}
	} else {
		run += " " + f.flag + " CLUSTER"
	}
	text := fmt.Sprintf("run %q with the same -f and -o", run)
	if len(same) > most {
		text += ", for the cluster of each"
	}
	if f.Remote && f.Kind == Place {
		// The account that the token is of may be there only once this tree is applied.
		text += fmt.Sprintf("; if the clusters have no such account yet, remove the folder %q, generate and apply first", path.Dir(f.File))
	}
	return text
}

// recrypt is how somebody who can decrypt a file changes who else can.
func recrypt(f Finding) string {
	run := "sops rotate --in-place"
	if len(f.add) > 0 {
		run += " --add-age " + strings.Join(f.add, ",")
	}
	if len(f.remove) > 0 {
		run += " --rm-age " + strings.Join(f.remove, ",")
	}
	return fmt.Sprintf("run %q on each; \"Changing recipients\" in docs/trust.md of isthmus says what else is to be done", run+" FILE")
}
