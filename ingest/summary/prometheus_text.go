package summary

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

// Prometheus reads metrics in Prometheus text format that show calls between services.
var Prometheus = &document.Reader{
	Name:  "prometheus",
	Doc:   "metrics in Prometheus text format: service graphs of Tempo and OpenTelemetry, requests of Istio",
	Reads: []string{"traces_service_graph_*", "istio_requests_total", "istio_tcp_connections_opened_total"},
	Whole: isExposition,
	Read: func(d *document.Document, f *graph.Facts) {
		var m metrics
		broken, first := 0, 0
		number := 0
		for text := range bytes.Lines(bytes.TrimPrefix(d.Text, []byte("\uFEFF"))) {
			number++
			if len(text) == 0 || text[0] == '#' || !bytes.Contains(text, []byte("traces_service_graph_")) && !bytes.Contains(text, []byte("istio_")) {
				continue
			}
			s, ok := parseSample(string(bytes.TrimSpace(text)))
			if !ok {
				if broken++; first == 0 {
					first = number
				}
				continue
			}
			m.add(&s, d.Line(number, 1))
		}
		if broken > 0 {
			problem(d, first, graph.Failed, "fix or remove them; the rest of the file is read", "%d lines are not metrics, this one first", broken)
		}
		m.addTo(d, f)
	},
}

// isExposition reports whether text begins like metrics: with one, which has
// labels, counts something, or is what the comments before it are about.
func isExposition(text []byte) bool {
	about := "_total"
	for line := range bytes.Lines(head(text)) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			s, ok := parseSample(string(line))
			return ok && (s.labels != nil || strings.Contains(s.name, about))
		}
		if words := bytes.Fields(line); len(words) > 2 && (string(words[1]) == "HELP" || string(words[1]) == "TYPE") {
			about = string(words[2])
		}
	}
	return false
}

// A sample is one line of the text form, or one result of a query.
type sample struct {
	name   string // empty where a query's answer has none
	labels map[string]string
	value  float64
}

// parseSample reads name{label="value",...} value, and passes over a time and an
// exemplar after it. A name may be in quotes between the braces.
func parseSample(line string) (s sample, ok bool) {
	end := strings.IndexAny(line, "{ \t")
	if end < 0 {
		return s, false
	}
	s.name, line = line[:end], line[end:]
	if line[0] == '{' {
		if line, ok = s.parseLabels(line[1:]); !ok {
			return s, false
		}
	}
	if !isMetricName(s.name) {
		return s, false
	}
	words := strings.Fields(line)
	if len(words) == 0 {
		return s, false
	}
	value, err := strconv.ParseFloat(words[0], 64)
	s.value = value
	return s, err == nil
}

// parseLabels reads labels up to their closing brace and returns what follows.
func (s *sample) parseLabels(line string) (rest string, ok bool) {
	s.labels = map[string]string{}
	for {
		line = strings.TrimLeft(line, " \t,")
		if rest, ok = strings.CutPrefix(line, "}"); ok || line == "" {
			return rest, ok
		}
		var key string
		if line[0] == '"' {
			if key, line, ok = quoted(line); !ok {
				return "", false
			}
		} else {
			end := strings.IndexAny(line, "= \t}")
			if end <= 0 {
				return "", false
			}
			key, line = line[:end], line[end:]
		}
		line = strings.TrimLeft(line, " \t")
		value, found := strings.CutPrefix(line, "=")
		if !found {
			if s.name != "" { // only the name of the metric has no value
				return "", false
			}
			s.name = key
			continue
		}
		if s.labels[key], line, ok = quoted(strings.TrimLeft(value, " \t")); !ok {
			return "", false
		}
	}
}

// quoted reads a string in quotes with \\, \" and \n, and returns what follows.
func quoted(line string) (text, rest string, ok bool) {
	if line == "" || line[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return document.Clean(b.String()), line[i+1:], true
		case c == '\\' && i+1 < len(line):
			i++
			if c = line[i]; c == 'n' {
				c = '\n'
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

func isMetricName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != ':' && c != '.' && (c < '0' || c > '9' || i == 0) {
			return false
		}
	}
	return s != ""
}
