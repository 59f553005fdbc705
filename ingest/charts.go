package ingest

import "path"

// A chart is a chart of Helm that has a file among its templates.
type chart struct {
	dir     string // as shown
	name    string // that it declares; may be empty
	library bool   // templates for other charts, which deploys nothing
}

func (c *chart) title() string {
	if c.name == "" || c.name == path.Base(c.dir) {
		return "chart " + c.dir
	}
	return "chart " + c.name + " in " + c.dir
}
