package graph

import (
	"strconv"
	"strings"
)

// A EndpointRef is one end of a call, named the way its document names it. Exactly
// one of Ref, Group, Host, Pods and Account is set.
type EndpointRef struct {
	Ref     Ref
	Group   Ref      // whoever is a Member of it
	Host    Address  // whoever answers there
	Pods    Selector // every workload whose pods match
	Account string   // every workload that runs as this service account, in Namespace

	// Namespace is where Host, Pods and Account are looked up, and first of all a
	// Ref that gives none: the namespace of the object that says them.
	Namespace string
	// Realm is the world whose short names Host may use, as in Ref.Realm.
	Realm string
}

// An Address is where a call goes, as its caller writes it.
type Address struct {
	Scheme   string // lower case, "http", "postgres", "" if none is written
	Host     string // lower case, without a final dot; never empty in a usable address
	Port     int    // 0 if none is written
	Path     string
	Database string // the database on a server that holds several, when the address names one
}

// String writes the address without credentials, which it never had.
func (a Address) String() string {
	var b strings.Builder
	if a.Scheme != "" {
		b.WriteString(a.Scheme + "://")
	}
	b.WriteString(a.Host)
	if a.Port > 0 {
		b.WriteString(":" + strconv.Itoa(a.Port))
	}
	if a.Database != "" {
		b.WriteString("/" + a.Database)
	}
	return b.String()
}

// A TracePeer is a service, or another end of an observed call, as its source
// names it. It may turn out to be a service that manifests declare.
type TracePeer struct {
	Ref       Ref // the declared service that it is, if the source knows
	Name      string
	Namespace string // the Kubernetes namespace, if known
	Group     string // another namespace of the name: service.namespace
	Workload  string // the Kubernetes workload, if known
	Host      Address
	Kind      Kind
	Inferred  bool // only its callers, or those it calls, were seen: the name is theirs
	Nameless  bool // the name is a word for what its source does not know: it is nobody's that has the same
}
