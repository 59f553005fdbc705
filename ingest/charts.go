package ingest

// A chart is a chart of Helm that has a file among its templates.
type chart struct {
	dir     string // as shown
	name    string // that it declares; may be empty
	library bool   // templates for other charts, which deploys nothing
}
