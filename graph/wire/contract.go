package wire

// Contracts are the services that a change of one service has to be tested with.
type Contracts struct {
	Service string           `json:"service"`
	Callers []Contract       `json:"callers"`
	Callees []Contract       `json:"callees"`
	Readers []Contract       `json:"readers"` // of what it sends to a topic; Call is the delivery
	Writers []Contract       `json:"writers"` // of what it gets from a topic; Call is theirs to the topic
	Mates   []SharedResource `json:"mates"`
}

// A Contract is one of them.
type Contract struct {
	ID      string   `json:"id"`
	Via     string   `json:"via,omitempty"` // the topic or broker between the two
	Methods []string `json:"methods"`
	Routes  []string `json:"routes"`
	Call    Call     `json:"call"`
}

// A SharedResource is used by several services, and which of them write is not declared.
type SharedResource struct {
	Via      string   `json:"via"`
	Database string   `json:"database,omitempty"`
	Services []string `json:"services"`
}
