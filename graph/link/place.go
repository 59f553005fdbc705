package link

import (
	"cmp"

	"github.com/weirgraph/weir/graph"
)

// place sets the namespace of Kubernetes objects that set none: that of their file, else the
// one that the user gives, else the empty namespace, which is distinct from all others.
func (l *linker) place(namespace string, byFile map[string]string) {
	at := func(o *graph.Origin, realm string, ns *string) {
		if realm == kubernetes && *ns == "" {
			*ns = cmp.Or(byFile[o.File()], namespace)
		}
	}
	ref := func(o *graph.Origin, r *graph.Ref) {
		if !r.IsZero() {
			at(o, r.Realm, &r.Namespace)
		}
	}
	party := func(o *graph.Origin, p *graph.EndpointRef) {
		ref(o, &p.Ref)
		ref(o, &p.Group)
		at(o, p.Realm, &p.Namespace)
	}
	f := l.f
	for i := range f.Entities {
		ref(&f.Entities[i].Origin, &f.Entities[i].Ref)
	}
	for i := range f.Names {
		ref(&f.Names[i].Origin, &f.Names[i].Ref)
		ref(&f.Names[i].Origin, &f.Names[i].Of)
	}
	for i := range f.Members {
		ref(&f.Members[i].Origin, &f.Members[i].Of)
		party(&f.Members[i].Origin, &f.Members[i].Party)
	}
	for i := range f.Labeled {
		ref(&f.Labeled[i].Origin, &f.Labeled[i].Ref)
	}
	for i := range f.Subsets {
		ref(&f.Subsets[i].Origin, &f.Subsets[i].Of)
	}
	for i := range f.Calls {
		party(&f.Calls[i].Origin, &f.Calls[i].From)
		party(&f.Calls[i].Origin, &f.Calls[i].To)
		if rule := f.Calls[i].Rule; rule != nil {
			for j := range rule.From {
				party(&f.Calls[i].Origin, &rule.From[j])
			}
			if f.Calls[i].From.Realm == kubernetes || f.Calls[i].From.Ref.Realm == kubernetes || f.Calls[i].From.Group.Realm == kubernetes {
				at(&f.Calls[i].Origin, kubernetes, &rule.Namespace)
			}
		}
		for j := range f.Calls[i].Via {
			ref(&f.Calls[i].Origin, &f.Calls[i].Via[j])
		}
	}
	for i := range f.Values {
		ref(&f.Values[i].Origin, &f.Values[i].Of)
	}
	for i := range f.Configs {
		ref(&f.Configs[i].Origin, &f.Configs[i].Ref)
	}
	for i := range f.Uses {
		ref(&f.Uses[i].Origin, &f.Uses[i].Of)
		ref(&f.Uses[i].Origin, &f.Uses[i].Config)
	}
	for i := range f.Policies {
		p := &f.Policies[i]
		at(&p.Origin, p.Realm, &p.Namespace)
		ref(&p.Origin, &p.Of)
		for j := range p.From {
			party(&p.Origin, &p.From[j])
		}
		for j := range p.To {
			party(&p.Origin, &p.To[j])
		}
	}
	for i := range f.Listeners {
		ref(&f.Listeners[i].Origin, &f.Listeners[i].Of)
		party(&f.Listeners[i].Origin, &f.Listeners[i].To)
	}
	for i := range f.Mistakes {
		ref(&f.Mistakes[i].Origin, &f.Mistakes[i].Of)
	}
	for i := range f.Scalers {
		ref(&f.Scalers[i].Origin, &f.Scalers[i].Of)
	}
	for i := range f.Budgets {
		ref(&f.Budgets[i].Origin, &f.Budgets[i].Ref)
	}
}

// namespacesOfFiles returns the namespace of each file that has a single one: in a Namespace
// object, or on at least half of its objects. A Namespace object in rendered text is one that a
// chart makes besides the namespace of its release.
func (l *linker) namespacesOfFiles() map[string]string {
	type account struct {
		namespace     string
		several       bool
		object        bool // a Namespace object declares it
		with, without int
	}
	files := map[string]*account{}
	see := func(o *graph.Origin, realm, ns string, object bool) {
		if realm != kubernetes {
			return
		}
		a := files[o.File()]
		if a == nil {
			a = &account{}
			files[o.File()] = a
		}
		switch {
		case ns == "":
			a.without++
			return
		case a.namespace != "" && a.namespace != ns:
			a.several = true
		}
		a.namespace = ns
		a.object = a.object || object && o.RenderedFrom() == ""
		if !object {
			a.with++
		}
	}
	f := l.f
	for i := range f.Entities {
		see(&f.Entities[i].Origin, f.Entities[i].Realm, f.Entities[i].Namespace, false)
	}
	for i := range f.Names {
		see(&f.Names[i].Origin, f.Names[i].Realm, f.Names[i].Namespace, false)
	}
	for i := range f.Configs {
		see(&f.Configs[i].Origin, f.Configs[i].Realm, f.Configs[i].Namespace, false)
	}
	for i := range f.Namespaces {
		see(&f.Namespaces[i].Origin, kubernetes, f.Namespaces[i].Name, true)
	}
	found := map[string]string{}
	for file, a := range files {
		if !a.several && a.without > 0 && a.namespace != "" && (a.object || a.with >= a.without) {
			found[file] = a.namespace
		}
	}
	return found
}
