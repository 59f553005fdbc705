package graph

// Family separates kinds whose nodes may share a name and are different services.
type Family uint8

const (
	FamilyProgram Family = iota // services, databases, caches, brokers, telemetry, externals
	FamilyJob
	FamilyGateway
	FamilyTopic
)

// FamilyOf returns the family of a kind.
func FamilyOf(k Kind) Family {
	switch k {
	case KindJob:
		return FamilyJob
	case KindGateway:
		return FamilyGateway
	case KindTopic:
		return FamilyTopic
	}
	return FamilyProgram
}
