package proxy

import (
	"slices"
	"strings"

	"github.com/weirgraph/weir/ingest/document"
	"github.com/weirgraph/weir/ingest/settings"
	"github.com/weirgraph/weir/internal/lazy"
)

// isPromtail holds of what is like the configuration of Prometheus and sends logs to clients.
func isPromtail(_ string, root document.Node) bool {
	return root.Get("scrape_configs").IsList() && (root.Get("clients").IsList() || root.Get("client", "url").Exists())
}

// readPromtail reads where Promtail sends logs. It finds files and containers, which it does not
// call.
func readPromtail(s *settings.Collector, root settings.YAMLRoot) {
	for _, client := range append(root.Get("clients").List(), root.Get("client")) {
		s.Put(root, client.Get("url"), "clients.url")
	}
}

func isPrometheus(_ string, root document.Node) bool {
	return root.Get("scrape_configs").IsList() ||
		root.Get("global", "scrape_interval").Exists() || root.Get("remote_write").IsList() && root.Get("global").IsMap()
}

// readPrometheus reads whom Prometheus scrapes, notifies and writes to.
func readPrometheus(s *settings.Collector, root settings.YAMLRoot) {
	scrapes(s, root, "scrape_configs", root.Get("scrape_configs"))
	for _, manager := range root.Get("alerting", "alertmanagers").List() {
		staticTargets(s, root, "alerting.alertmanagers", manager)
	}
	for _, key := range []string{"remote_write", "remote_read"} {
		for _, remote := range root.Get(key).List() {
			s.Put(root, remote.Get("url"), key+".url")
		}
	}
}

// scrapes reads a list of scrape_configs.
func scrapes(s *settings.Collector, root settings.YAMLRoot, key string, jobs document.Node) {
	for _, job := range jobs.List() {
		if exporter := probedThrough(job); exporter.Exists() {
			s.Put(root, exporter, key+".relabel_configs.replacement")
			continue
		}
		staticTargets(s, root, key, job)
		for _, sd := range job.Get("http_sd_configs").List() {
			s.Put(root, sd.Get("url"), key+".http_sd_configs.url")
		}
		for _, sd := range job.Get("consul_sd_configs").List() {
			s.Put(root, sd.Get("server"), key+".consul_sd_configs.server")
		}
		for _, sd := range job.Get("dns_sd_configs").List() {
			for _, name := range sd.Get("names").List() {
				s.PutText(root, name, key+".dns_sd_configs.names", settings.WithPort(strings.TrimPrefix(name.Str(), "tasks."), sd.Get("port").Str()))
			}
		}
	}
}

func staticTargets(s *settings.Collector, root settings.YAMLRoot, key string, job document.Node) {
	for _, static := range job.Get("static_configs").List() {
		for _, target := range static.Get("targets").Items() {
			s.Put(root, target, key+".static_configs.targets")
		}
	}
}

// probedThrough returns the exporter that a job asks instead of its targets, which
// the exporter probes: the replacement of __address__ after the targets have
// been made a parameter.
func probedThrough(job document.Node) document.Node {
	for _, relabel := range job.Get("relabel_configs").List() {
		if relabel.Get("target_label").Str() == "__address__" && relabel.Get("replacement").IsScalar() &&
			!strings.Contains(relabel.Get("replacement").Str(), "$") {
			return relabel.Get("replacement")
		}
	}
	return document.Node{}
}

func isAlertmanager(_ string, root document.Node) bool {
	return root.Get("route").IsMap() && root.Get("receivers").IsList()
}

// readAlertmanager reads where alerts are sent.
func readAlertmanager(s *settings.Collector, root settings.YAMLRoot) {
	flattenKeys(s, root, "global", root.Get("global"), alertKey)
	for _, receiver := range root.Get("receivers").List() {
		flattenKeys(s, root, "receivers", receiver, alertKey)
	}
}

// alertKey holds of the keys of Alertmanager that are addresses of servers.
func alertKey(key string) bool {
	return strings.HasSuffix(key, "url") && !strings.HasSuffix(key, "icon_url") && !strings.HasSuffix(key, "title_link") ||
		strings.HasSuffix(key, "smarthost")
}

// flattenKeys takes the scalars under n whose own key is wanted.
func flattenKeys(s *settings.Collector, root settings.YAMLRoot, prefix string, n document.Node, wanted func(key string) bool) {
	inner := settings.Collector{At: s.At}
	inner.Flatten(root, prefix, n, 0)
	for _, v := range inner.Values {
		if wanted(v.Key[strings.LastIndexByte(v.Key, '.')+1:]) {
			s.Values = append(s.Values, v)
		}
	}
}

func isCollector(_ string, root document.Node) bool {
	return root.Get("exporters").IsMap() && (root.Get("service", "pipelines").IsMap() || root.Get("receivers").IsMap())
}

// readCollector reads the OpenTelemetry collector: where its exporters send, and
// whom its receivers ask. Parts that no pipeline uses do nothing. The protocols
// of a receiver are what it listens on.
func readCollector(s *settings.Collector, root settings.YAMLRoot) {
	pipelines := root.Get("service", "pipelines")
	for _, section := range []string{"exporters", "receivers"} {
		for name, part := range root.Get(section).Pairs() {
			if pipelines.IsMap() && !inPipeline(pipelines, section, name.Str()) {
				continue
			}
			key := section + "." + name.Str()
			if jobs := part.Get("config", "scrape_configs"); jobs.IsList() {
				scrapes(s, root, key+".scrape_configs", jobs)
				continue
			}
			for k, v := range part.Pairs() {
				if k.Str() != "protocols" {
					flattenKeys(s, root, key+"."+k.Str(), v, collectorKey)
				}
			}
		}
	}
}

func collectorKey(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "endpoint") || strings.HasSuffix(key, "endpoints") || strings.HasSuffix(key, "url") ||
		strings.HasSuffix(key, "brokers") || strings.HasSuffix(key, "datasource") || strings.HasSuffix(key, "hostname") ||
		strings.HasSuffix(key, "addr") || strings.HasSuffix(key, "address") || key == "targets" || key == "server"
}

func inPipeline(pipelines document.Node, section, name string) bool {
	for _, pipeline := range pipelines.Pairs() {
		if slices.Contains(pipeline.Get(section).Strs(), name) {
			return true
		}
	}
	return false
}

func isDatasources(_ string, root document.Node) bool {
	return root.Get("datasources").IsList() || // what Grafana reads at start
		root.Get("url").IsScalar() && root.Get("access").IsScalar() && root.Get("type").IsScalar() // what is sent to its API
}

// readDatasources reads what Grafana shows data of, without what browsers ask themselves. A single
// datasource is a message to Grafana: whoever mounts it sends it there and asks no datasource.
func readDatasources(s *settings.Collector, root settings.YAMLRoot) {
	for _, source := range root.Get("datasources").List() {
		if access := source.Get("access").Str(); access != "browser" && access != "direct" {
			s.Put(root, source.Get("url"), "datasources.url")
		}
	}
}

var (
	fluentdShape   = lazy.NewRegexp(`(?m)^\s*<(?:match|source|filter|label)\b[^>]*>`)
	fluentdOpen    = lazy.NewRegexp(`^\s*<(\w+)[^>]*>`)
	fluentdSetting = lazy.NewRegexp(`^\s*(@?\w+)\s+(.+?)\s*$`)
	fluentBitShape = lazy.NewRegexp(`(?mi)^\s*\[(?:OUTPUT|INPUT|SERVICE)\]`)
)

func looksLikeFluentd(_, text string) bool {
	return strings.Contains(text, "<") && fluentdShape.MatchString(text)
}

// readFluentd reads where the outputs (<match>, <store>) send. Sources listen.
func readFluentd(s *settings.Collector, _, text string) bool {
	var open []string
	var all []settings.Property
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#':
		case strings.HasPrefix(trimmed, "</"):
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
			addOutputs(s, all)
			all = nil
		case fluentdOpen.MatchString(line):
			open = append(open, fluentdOpen.FindStringSubmatch(line)[1])
		case slices.Contains(open, "match") || slices.Contains(open, "store"):
			if m := fluentdSetting.FindStringSubmatchIndex(line); m != nil {
				all = append(all, settings.Property{
					Line: i + 1, Column: m[4] + 1, Key: "match." + line[m[2]:m[3]], Text: settings.UnquoteValue(line[m[4]:m[5]]),
				})
			}
		}
	}
	addOutputs(s, all)
	return true
}

// outputKey holds of the keys of log shippers that name a server.
var outputKey = lazy.NewRegexp(`(?i)\.(hosts?|endpoint(_url)?|url|uri|brokers|server|address|bootstrap_servers|loki_url|port)$`)

func addOutputs(s *settings.Collector, all []settings.Property) {
	s.AddProperties(slices.DeleteFunc(all, func(p settings.Property) bool { return !outputKey.MatchString(p.Key) }))
}

func looksLikeFluentBit(name, text string) bool {
	return strings.Contains(text, "[") && !strings.HasSuffix(name, ".toml") && fluentBitShape.MatchString(text)
}

// readFluentBit reads where the [OUTPUT] sections send.
func readFluentBit(s *settings.Collector, _, text string) bool {
	section := ""
	var all []settings.Property
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#':
		case trimmed[0] == '[':
			addOutputs(s, all)
			all, section = nil, strings.ToLower(strings.Trim(trimmed, "[]"))
		case section == "output":
			if m := fluentdSetting.FindStringSubmatchIndex(line); m != nil {
				all = append(all, settings.Property{
					Line: i + 1, Column: m[4] + 1, Key: "output." + strings.ToLower(line[m[2]:m[3]]), Text: line[m[4]:m[5]],
				})
			}
		}
	}
	addOutputs(s, all)
	return true
}

func isFluentBitYAML(_ string, root document.Node) bool {
	return root.Get("pipeline", "outputs").IsList()
}

func readFluentBitYAML(s *settings.Collector, root settings.YAMLRoot) {
	for _, output := range root.Get("pipeline", "outputs").List() {
		inner := settings.Collector{At: s.At}
		inner.Flatten(root, "output", output, 0)
		for _, v := range inner.Values {
			if outputKey.MatchString(v.Key) {
				s.Values = append(s.Values, v)
			}
		}
	}
}
