package ingest

// renderedText is what a chart or an overlay is rendered to.
type renderedText struct {
	text   []byte
	dir    string              // of the chart or overlay, with links resolved
	source func(string) string // how messages name a file that the text names
}
