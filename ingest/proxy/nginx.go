package proxy

import (
	"path"
	"slices"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
)

// Nginx reads the configuration of web servers and proxies. A file that no workload
// mounts belongs, as a guess, to the service that its directory is named after.
var Nginx = &document.Reader{
	Name:  "nginx",
	Doc:   "configuration of nginx, Apache and HAProxy: proxied addresses and upstreams, and the policies of nginx and HAProxy",
	Reads: []string{"nginx*.conf", "default.conf", "*.nginx", "httpd.conf", "haproxy.cfg"},
	Match: func(h *document.Head) bool {
		return h.Text && (strings.Contains(h.Base, "nginx") || strings.Contains(h.Base, "haproxy") ||
			slices.Contains([]string{"default.conf", "httpd.conf", "proxy.conf", "gateway.conf", "site.conf", "upstream.conf"}, h.Base))
	},
	Read: func(d *document.Document, f *graph.Facts) {
		var owner *graph.Entity
		if name := settings.SpringModule(path.Clean(d.File)); name != "" {
			owner = &graph.Entity{Ref: graph.Ref{Realm: "nginx", Name: name}, Origin: settings.FileStart(d)}
		}
		settings.AddFile(d, f, settings.FileValues(d), owner, false)
	},
}
