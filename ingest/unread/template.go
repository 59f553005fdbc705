package unread

import (
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

func template(id, of, hint string) *graph.UnreadKind {
	return &graph.UnreadKind{
		ID: "template-" + id, One: "is a template that is not rendered (" + of + "): what it declares is not known",
		Many: "templates are not rendered (" + of + "): what they declare is not known", Hint: hint,
	}
}

var templates = map[document.Engine]*graph.UnreadKind{
	document.GoTemplate: template("go", "Go templates", "render it first, and pass the result"),
	document.Jinja:      template("jinja", "Jinja", "render it first with the tool that deploys it, and pass the result"),
	document.Envsubst:   template("envsubst", "envsubst", "pass the output of envsubst"),
	document.Terraform:  template("terraform", "Terraform templatefile", "pass the output of templatefile"),
	document.YTT:        template("ytt", "ytt", "pass the output of ytt"),
	document.ERB:        template("erb", "ERB", "pass the output of erb"),
	document.Maven:      template("maven", "filtered by Maven", "pass the file from the directory of the build, target/classes"),
	document.Tokens:     template("tokens", "tokens that are replaced when it is deployed", "pass the file with its values in it"),
}

var (
	openShift = template("openshift", "OpenShift", "pass the output of oc process --local")
	jsonnet   = template("jsonnet", "Jsonnet", "pass the output of jsonnet or tk show")
	tmpl      = template("tmpl", ".tmpl", "render it first, and pass the result") // of Go, envsubst and others
)

// Template returns the kind of templates of an engine other than Helm.
func Template(e document.Engine) *graph.UnreadKind { return templates[e] }

// engines are the extensions of templates of other files.
var engines = map[string]document.Engine{
	".j2": document.Jinja, ".jinja": document.Jinja, ".jinja2": document.Jinja, ".erb": document.ERB,
	".gotmpl": document.GoTemplate, ".tftpl": document.Terraform, ".envsubst": document.Envsubst,
}

// File returns the kind of a file by its name alone, nil if it is not known: the sources of
// other tools, and templates of files whose own names are read.
func File(name string, read func(name string) bool) *graph.UnreadKind {
	ext := path.Ext(name)
	if e, ok := engines[ext]; ok && read(strings.TrimSuffix(name, ext)) {
		return templates[e]
	}
	switch ext {
	case ".tmpl":
		if read(strings.TrimSuffix(name, ext)) {
			return tmpl
		}
	case ".jsonnet", ".libsonnet":
		return jsonnet
	case ".tf":
		return terraform
	case ".nomad":
		return nomad
	case ".bicep":
		return arm
	}
	return nil
}
