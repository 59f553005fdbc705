package ingest

import (
	"path/filepath"
	"slices"
	"strings"
)

// Extensions of the files that are read in directories. A file that is named as a source
// is always read.
var (
	dataExtensions = []string{".yaml", ".yml", ".json", ".jsonl"}
	textExtensions = []string{".properties", ".conf", ".cfg", ".hcl", ".ini", ".toml", ".csv", ".prom"}
	spanExtensions = []string{".ndjson", ".pb", ".binpb", ".otlp"} // of nothing but spans
	packed         = []string{".gz", ".zst"}
)

// baseOf returns a file's name in lower case, without directory and compression suffix.
func baseOf(name string) string {
	base := strings.ToLower(filepath.Base(name))
	for _, ext := range packed {
		base = strings.TrimSuffix(base, ext)
	}
	return base
}

// isManifest reports whether a file in a directory is read.
func isManifest(name string) bool {
	ext := filepath.Ext(baseOf(name))
	return slices.Contains(dataExtensions, ext) || slices.Contains(textExtensions, ext) || slices.Contains(spanExtensions, ext)
}

// isSpans reports whether a file that was found in a directory is of interest only if
// it holds spans.
func isSpans(base string) bool { return slices.Contains(spanExtensions, filepath.Ext(base)) }

// isText reports whether a file is neither YAML nor JSON.
func isText(base string) bool { return slices.Contains(textExtensions, filepath.Ext(base)) }
