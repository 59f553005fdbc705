package graph

// A Builder collects facts and links them into a Graph.
type Builder struct {
	// Namespace is the namespace of Kubernetes objects that give none.
	Namespace string
	// Coverage is the account that reading began and linking completes.
	Coverage Coverage

	facts Facts
}

// Add takes over the facts of one or more documents. It is not safe for
// concurrent use.
func (b *Builder) Add(f *Facts) {}

// Build links everything added so far. The result does not depend on the order
// of the calls of Add.
func (b *Builder) Build() *Graph { return New(nil, nil) }
