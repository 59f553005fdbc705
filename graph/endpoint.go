package graph

import (
	"strconv"
	"strings"
)

// An EndpointRef is one end of a call, named the way its document names it. Exactly
// one of Ref, Group, Host, Pods and Account is set.
type EndpointRef struct {
	Ref     Ref
	Group   Ref      // every Member of it
	Host    Address  // the service that answers there
	Pods    Selector // every workload whose pods match
	Account string   // every workload that runs as this service account, in Namespace

	// Namespace is where Host, Pods and Account are looked up, and where a Ref without a
	// namespace is looked up first: the namespace of the object that declares them.
	Namespace string
	// Full is set if Host is a full name: it is not looked up as the short name of anything.
	Full bool
	// Realm is the one whose short names Host may use, as in Ref.Realm.
	Realm string
	// Part is set among the callees of a policy in the configuration of a program: the addresses
	// that its settings with this Part have (Value.Part), and Host if there are none.
	Part string
}

// An Address is where a call goes, as its caller writes it.
type Address struct {
	Scheme   string // lower case, "http", "postgres", "" if none is written
	Host     string // lower case, without a final dot; never empty in a usable address
	Port     int    // 0 if none is written
	Path     string
	Database string // the database on a server that holds several, when the address names one
}

// String returns the address, which has no credentials.
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

// A TracePeer is one end of an observed call, as its source names it. It may be a service
// that manifests declare.
type TracePeer struct {
	Ref       Ref // the declared service that it is, if the source knows
	Name      string
	Namespace string // the Kubernetes namespace, if known
	Group     string // another namespace of the name: service.namespace
	Workload  string // the Kubernetes workload, if known
	Host      Address
	Kind      Kind
	Inferred  bool // no span of it was read: its callers or callees name it
	Nameless  bool // the name is a placeholder of the source ("unknown_service"): no service is identified by it
}
