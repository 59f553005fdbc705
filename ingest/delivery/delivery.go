// Package delivery reads what deploys other manifests: charts and releases of Helm, Argo CD,
// Flux, kustomize. weir does not render any of them; each is an Unread that says what is not
// known. What has its content among the inputs, and what changes nothing in the manifests that
// it lists, is none.
package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// object starts the Unread of an object of Kubernetes.
func object(d *document.Document, kind *graph.UnreadKind) graph.Unread {
	meta := d.Root.Get("metadata")
	name := strings.Join(slices.DeleteFunc([]string{
		d.Head.Kind, meta.Get("namespace").Str(), meta.Get("name").Str(),
	}, func(s string) bool { return s == "" }), "/")
	return graph.Unread{Kind: kind, Name: name, Word: d.Head.Kind, Origin: d.At(d.Root)}
}

// directory is the directory of a document as messages name it.
func directory(d *document.Document) string { return path.Dir(d.File) }

// inRepository returns the directory of a repository that a path in one of its manifests
// names, without what a template fills in. It is empty for the repository as a whole.
func inRepository(text string) string {
	if i := strings.IndexAny(text, "*{"); i >= 0 {
		text = text[:strings.LastIndex(text[:i], "/")+1]
	}
	text = strings.TrimPrefix(path.Clean("/"+text), "/")
	return text
}

// deploys adds an object that deploys the content of directories, which may be among the
// inputs.
func deploys(f *graph.Facts, u graph.Unread, paths []string) {
	for _, p := range paths {
		p = inRepository(p)
		if p == "" { // the whole of some repository: no input shows that it is this one
			u.Release = nil
			f.Unread = append(f.Unread, u)
			return
		}
		u.Paths = append(u.Paths, p)
	}
	if len(u.Paths) != 1 {
		u.Release = nil
	} else if u.Release != nil {
		u.Release.Dir = u.Paths[0]
	}
	if len(u.Paths) > 0 {
		f.Unread = append(f.Unread, u)
	}
}
