// Package answer is what the oracles have in common: the lines of their answers, and a main
// that reads YAML and prints or records them.
package answer

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Line of an answer is the version, a refused object, or what acts on one part of one call on
// its way to one destination.
type Line struct {
	Version string `json:"version,omitempty"`

	Refused string `json:"refused,omitempty"` // kind/namespace/name
	Reason  string `json:"reason,omitempty"`

	Caller string `json:"caller,omitempty"` // namespace/name of the workload, or of the Gateway
	Proxy  string `json:"proxy,omitempty"`  // what acts: sidecar, waypoint, gateway, none, or the name of a layer
	Host   string `json:"host,omitempty"`   // that the caller calls
	Unsure bool   `json:"unsure,omitempty"` // the input does not declare whether the proxy is there
	Callee string `json:"callee,omitempty"` // namespace/name of a Service, or another host
	Port   int    `json:"port,omitempty"`   // of the callee
	Subset string `json:"subset,omitempty"`
	Match  string `json:"match,omitempty"` // of the requests
	TCP    bool   `json:"tcp,omitempty"`   // the call has no requests
	Fault  bool   `json:"fault,omitempty"`

	Timeout    string   `json:"timeout,omitempty"`
	Idle       string   `json:"idle,omitempty"` // without a byte of the response
	PerTry     string   `json:"perTry,omitempty"`
	Retries    int      `json:"retries,omitempty"` // -1 is without end
	On         []string `json:"on,omitempty"`
	Backoff    string   `json:"backoff,omitempty"`
	Max        string   `json:"maxBackoff,omitempty"`
	Multiplier float64  `json:"multiplier,omitempty"` // of the waits; 1 if they are of one length
	Until      string   `json:"until,omitempty"`      // no retry begins later

	Connect  string    `json:"connect,omitempty"`
	Outliers *Outliers `json:"outlierDetection,omitempty"`
	Breaker  *Breaker  `json:"breaker,omitempty"`
	Limits   *Limits   `json:"limits,omitempty"`
	Balance  string    `json:"balance,omitempty"`
}

// Outliers is an outlier detection, with the values that Envoy gives to absent fields.
type Outliers struct {
	Failures int     `json:"consecutive5xx"`
	Gateway  int     `json:"consecutiveGateway"`
	Interval string  `json:"interval"`
	Ejection string  `json:"baseEjectionTime"`
	Share    float64 `json:"maxEjectionPercent"`
	Panic    float64 `json:"panicThreshold"`
}

// A Breaker is one of the caller.
type Breaker struct {
	Opens    int     `json:"opens"`           // after so many calls that fail; 0 is never
	Share    float64 `json:"share,omitempty"` // of failed calls at which it opens, if it goes by that
	Open     string  `json:"open"`
	Interval string  `json:"interval,omitempty"` // after which it counts anew
}

// Limits are those that are set; 0 is none.
type Limits struct {
	Connections int      `json:"connections,omitempty"`
	Pending     int      `json:"pending,omitempty"`
	Requests    int      `json:"requests,omitempty"`
	Retries     int      `json:"retries,omitempty"`
	Budget      *float64 `json:"retryBudget,omitempty"` // of 0, too
}

// Duration is empty for none.
func Duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.Round(time.Microsecond).String()
}

// file is the file of an archive that holds the answer.
const file = "answer.jsonl"

// Main prints what ask makes of directories of YAML, or records it in archives: see the
// oracles. The module is the one whose version is that of the answer.
func Main(module string, ask func(text string) ([]Line, error)) {
	record := flag.Bool("record", false, "write the answer into the archives that are named")
	flag.Parse()
	for _, path := range flag.Args() {
		if err := one(path, *record, module, ask); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %s: %v\n", filepath.Base(module), path, err)
			os.Exit(1)
		}
	}
}

func one(path string, record bool, module string, ask func(text string) ([]Line, error)) error {
	if !record {
		text, err := directory(path)
		if err != nil {
			return err
		}
		lines, err := texts(module, text, ask)
		os.Stdout.WriteString(lines)
		return err
	}
	archive, err := txtar.ParseFile(path)
	if err != nil {
		return err
	}
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == file })
	var inputs []string
	for _, f := range archive.Files {
		inputs = append(inputs, string(f.Data))
	}
	lines, err := texts(module, strings.Join(inputs, "\n---\n"), ask)
	if err != nil {
		return err
	}
	archive.Files = append(archive.Files, txtar.File{Name: file, Data: []byte(lines)})
	return os.WriteFile(path, txtar.Format(archive), 0o666)
}

// texts are the lines of an answer in order, as JSON.
func texts(module, text string, ask func(text string) ([]Line, error)) (string, error) {
	lines, err := ask(text)
	if err != nil {
		return "", err
	}
	var all []string
	for _, l := range append(lines, Line{Version: version(module)}) {
		data, err := json.Marshal(l)
		if err != nil {
			return "", err
		}
		all = append(all, string(data)+"\n")
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ""), nil
}

// directory returns the YAML in a directory, or a file, as one stream.
func directory(path string) (string, error) {
	var all []string
	err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, string(data))
		return err
	})
	return strings.Join(all, "\n---\n"), err
}

// Documents splits a stream of YAML.
func Documents(text string) []string {
	var documents []string
	for _, document := range strings.Split("\n"+text, "\n---") {
		if _, rest, found := strings.Cut(document, "\n"); found && !strings.HasPrefix(document, "\n") {
			document = rest // what follows the dashes
		}
		if strings.TrimSpace(document) != "" {
			documents = append(documents, document)
		}
	}
	return documents
}

// version is that of the module that is asked.
func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "unknown"
}
