package document

import (
	"bytes"
	"strings"
)

// sourceComment is how helm template begins an object, with the path of a file from the
// directory above its chart.
const sourceComment = "# Source: "

// templateOf returns the template that text was rendered from, "" if it does not name one. A
// comment with anything but the path of a template is a person's.
func templateOf(text []byte) string {
	for len(text) > 0 {
		var line []byte
		line, text, _ = bytes.Cut(text, []byte("\n"))
		line = bytes.TrimRight(line, " \t\r")
		switch {
		case len(line) == 0, string(line) == "---":
			continue
		case !bytes.HasPrefix(line, []byte(sourceComment)):
			return ""
		}
		from := string(line[len(sourceComment):])
		if !strings.ContainsAny(from, " :") && (strings.Contains(from, "/templates/") || strings.Contains(from, "/crds/")) {
			return from
		}
		return ""
	}
	return ""
}

// originAnnotation is what kustomize build adds to objects with buildMetadata:
// [originAnnotations].
const originAnnotation = "config.kubernetes.io/origin"

// manifestOf returns the file that an origin annotation names: that of the object, or the
// kustomization that generates it, with the repository if it is another one.
func manifestOf(origin string) string {
	fields := map[string]string{}
	for line := range strings.Lines(origin) {
		if key, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ": "); ok && key != "" && key[0] != ' ' {
			fields[key] = strings.Trim(value, `"' `)
		}
	}
	from := fields["path"]
	if from == "" {
		from = fields["configuredIn"]
	}
	if repo := fields["repo"]; repo != "" && from != "" {
		from = repo + "//" + from
	}
	return from
}
