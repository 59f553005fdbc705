package graph

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/policy"
)

// Origin is the place a fact was read from.
type Origin = policy.Origin

// Source is the text that places are in.
type Source = policy.Source

// A Ref names an object in the words of its own document. Two refs that are equal mean
// the same object; the builder decides which different refs mean the same service.
type Ref struct {
	// Realm is the name space that the name belongs to: "kubernetes", "backstage",
	// "compose:shop" (one compose project), "native". The empty realm means a service of
	// any realm. In the realm "dapr" names are app-ids, which workloads of other realms
	// may have.
	Realm     string
	Kind      string // in the words of the source: "Deployment", "Gateway", "Component"; may be empty
	Namespace string // empty when the document gives none
	Name      string
}

// IsZero reports whether r names nothing.
func (r Ref) IsZero() bool { return r.Name == "" }

// Section names a part of the object that policies may be for: a listener of a gateway, a rule
// of a route.
func (r Ref) Section(name string) Ref {
	r.Name += "/" + name
	return r
}

// Whole returns the object that Section made r of, and the name of the part; the object itself and "" of any
// other reference.
func (r Ref) Whole() (of Ref, section string) {
	r.Name, section, _ = strings.Cut(r.Name, "/")
	return r, section
}

// Subject is how findings name the object: "Kind/namespace/name", without the parts that are empty.
func (r Ref) Subject() string {
	parts := slices.DeleteFunc([]string{r.Kind, r.Namespace, r.Name}, func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}
