package graph

// An Address is where a call goes, as its caller writes it.
type Address struct {
	Scheme   string // lower case, "http", "postgres", "" if none is written
	Host     string // lower case, without a final dot; never empty in a usable address
	Port     int    // 0 if none is written
	Path     string
	Database string // the database on a server that holds several, when the address names one
}
