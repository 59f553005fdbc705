package graph

// family keeps apart what can share a name without being the same.
type family uint8

const (
	runs family = iota // services, databases, caches, brokers, telemetry, externals
	jobs
	gateways
	topics
)

// familyOf returns the family of a kind.
func familyOf(k Kind) family {
	switch k {
	case KindJob:
		return jobs
	case KindGateway:
		return gateways
	case KindTopic:
		return topics
	}
	return runs
}
