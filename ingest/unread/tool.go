package unread

import (
	"bytes"
	"path"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/internal/lazy"
)

func tool(id, title string) *graph.UnreadKind {
	return &graph.UnreadKind{
		ID: "source-" + id, One: "is a source of " + title + ", which weir does not read",
		Many: "sources of " + title + " are not read", Hint: "declare in weir.yaml the services that it deploys, or pass traces",
	}
}

var (
	terraform      = tool("terraform", "Terraform")
	nomad          = tool("nomad", "Nomad")
	pulumi         = tool("pulumi", "Pulumi")
	cloudFormation = tool("cloudformation", "CloudFormation")
	arm            = tool("arm", "Azure Resource Manager")
	tye            = tool("tye", "Project Tye")
	pm2            = tool("pm2", "PM2")
	appMesh        = &graph.UnreadKind{
		ID: "source-app-mesh", One: "is an object of AWS App Mesh, which weir does not read: its routes, timeouts and retries are not known",
		Many: "objects of AWS App Mesh are not read: their routes, timeouts and retries are not known", Hint: "declare in weir.yaml the calls and policies that they add",
	}
)

var nomadJob = lazy.NewRegexp(`(?m)^job\s+"?[\w.-]+"?\s*\{`)

// NeedsText reports whether only the text of a file, of which no reader takes any, says what it is: Nomad
// asks for no extension, and its users write web.job.
func NeedsText(name string) bool { return path.Ext(name) == ".job" }

// Text returns the kind of a file that is neither YAML nor JSON by its text, nil if it is not known.
func Text(text []byte) *graph.UnreadKind {
	if bytes.Contains(text, []byte("job")) && nomadJob.Match(text) {
		return nomad
	}
	return nil
}

// Document returns the kind of a document that no reader takes, by its head, and its text if
// it is neither YAML nor JSON. It is nil if the kind is not known.
func Document(h *document.Head, text []byte) *graph.UnreadKind {
	switch {
	case h.Text:
		return Text(text)
	case h.Kind == "SealedSecret" && h.Group() == "bitnami.com":
		return sealed
	case h.Kind == "Template" && (h.Group() == "template.openshift.io" || h.APIVersion == "v1"):
		return openShift
	case h.Group() == "appmesh.k8s.aws":
		return appMesh
	case h.Kind != "":
	case h.Has("AWSTemplateFormatVersion"), h.Has("Transform") && h.Has("Resources"):
		return cloudFormation
	case strings.HasPrefix(h.Base, "pulumi.") && (h.Has("runtime") || h.Has("config")):
		return pulumi
	case strings.HasSuffix(h.Base, ".tf.json"):
		return terraform
	case h.Has("$schema") && h.Has("resources") && h.Has("contentVersion"):
		return arm
	case (h.Base == "tye.yaml" || h.Base == "tye.yml") && h.HasList("services"):
		return tye
	case h.HasList("apps") && len(h.Keys) == 1 && bytes.Contains(text, []byte("script")):
		return pm2
	case h.Has("Job") && strings.HasSuffix(h.Base, ".json") && len(h.Keys) == 1, strings.HasSuffix(h.Base, ".nomad.json"):
		return nomad
	}
	return nil
}
