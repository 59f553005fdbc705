// Package rendering turns charts and overlays into manifests, with the programs helm and
// kustomize (or kubectl) that are installed.
//
// The inputs may be a stranger's. A program is started without a shell, in an empty directory,
// with an environment of its own: no cluster, no plugins, no repositories, no network. Its
// time and its output are limited. What would need more than that is refused before.
package rendering

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Limits of one rendering.
const (
	maxTime   = 60 * time.Second
	maxOutput = 64 << 20 // of manifests; the largest charts have 2 MB
	maxSaid   = 64 << 10 // of messages
)

// Programs are those that render. A path is empty if the program is not installed.
type Programs struct {
	helm, kustomize string
	kubectl         string // instead of kustomize
}

// Installed finds the programs in the directories of PATH that are absolute.
func Installed() Programs {
	find := func(name string) string {
		file, err := exec.LookPath(name)
		if err != nil || !filepath.IsAbs(file) {
			return ""
		}
		return file
	}
	p := Programs{helm: find("helm"), kustomize: find("kustomize")}
	if p.kustomize == "" {
		p.kubectl = find("kubectl")
	}
	return p
}

// A MissingError is a rendering whose program is not installed.
type MissingError struct{ Program, For string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("--render needs the program %q for %s, and it is not installed", e.Program, e.For)
}

// Hint is how to go on.
func (e *MissingError) Hint() string {
	if e.Program == "helm" {
		return "install Helm (https://helm.sh), or leave out --render"
	}
	return "install kustomize (https://kustomize.io) or kubectl, or leave out --render"
}

// A Failure is what a program says about a chart or overlay that it does not render.
type Failure struct {
	Message string
	File    string // a template, as the program names it; "" if it names none
	Line    int
	Column  int
	// Values is set if the chart is not broken, but takes values that were not given. The message
	// begins with what it needs.
	Values bool
	// version is set if the chart is for other versions of Kubernetes than the one assumed.
	version bool
}

func (e *Failure) Error() string { return e.Message }

// Start runs a program with arguments in an empty directory and returns what it writes. The
// error is a *Failure or the one of ctx.
func start(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	limited, cancel := context.WithTimeout(ctx, maxTime)
	defer cancel()
	cmd := exec.CommandContext(limited, program, args...)
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.WaitDelay = time.Second
	out, said := &bounded{limit: maxOutput, full: cancel}, &bounded{limit: maxSaid}
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	name := filepath.Base(program)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case out.over:
		return nil, &Failure{Message: fmt.Sprintf("%s writes more than %d MB", name, maxOutput>>20)}
	case limited.Err() != nil:
		return nil, &Failure{Message: fmt.Sprintf("%s did not end within %d seconds", name, int(maxTime.Seconds()))}
	case err != nil:
		return nil, failure(name, err, said.text.String())
	}
	return out.text.Bytes(), nil
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	text  bytes.Buffer // not embedded: its ReadFrom would have no limit
	limit int
	over  bool
	full  func() // called when there is more; may be nil
}

func (b *bounded) Write(p []byte) (int, error) {
	if room := b.limit - b.text.Len(); len(p) > room {
		b.over = true
		b.text.Write(p[:room])
		if b.full != nil {
			b.full()
		}
		return len(p), nil
	}
	return b.text.Write(p)
}

// environment is all that a program gets: directories of its own, no plugins, no cluster, and
// a proxy that does not answer.
func environment(dir string) []string {
	const nowhere = "http://127.0.0.1:9" // the port "discard"
	none := filepath.Join(dir, "none")
	env := []string{
		"HOME=" + dir, "USERPROFILE=" + dir, "TMPDIR=" + dir, "TEMP=" + dir, "TMP=" + dir, "LC_ALL=C",
		"XDG_CONFIG_HOME=" + none, "XDG_CACHE_HOME=" + none, "XDG_DATA_HOME=" + none,
		"HELM_CONFIG_HOME=" + none, "HELM_CACHE_HOME=" + none, "HELM_DATA_HOME=" + none, "HELM_PLUGINS=" + none,
		"KUSTOMIZE_PLUGIN_HOME=" + none, "KUBECONFIG=" + none,
		"GIT_ALLOW_PROTOCOL=none", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + none, "GIT_TERMINAL_PROMPT=0",
	}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		env = append(env, name+"="+nowhere)
	}
	var path []string
	for _, entry := range filepath.SplitList(os.Getenv("PATH")) {
		if filepath.IsAbs(entry) {
			path = append(path, entry)
		}
	}
	env = append(env, "PATH="+strings.Join(path, string(filepath.ListSeparator)))
	if root := os.Getenv("SystemRoot"); root != "" { // without it, no program starts on Windows
		env = append(env, "SystemRoot="+root)
	}
	return env
}

// failure reads what a program says. Of several lines, the one with the error counts.
func failure(name string, err error, said string) *Failure {
	var text string
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "Error: "); ok {
			text = rest
			break
		}
		if strings.HasPrefix(line, "error: ") && text == "" {
			text = strings.TrimPrefix(line, "error: ")
		}
	}
	if text == "" {
		text = firstSaid(said)
	}
	if i := strings.LastIndex(text, recursed); i >= 0 { // the paths that it took to the kustomization
		if _, why, ok := strings.Cut(text[i+len(recursed):], "': "); ok {
			text = why
		}
	}
	var exit *exec.ExitError
	switch {
	case text != "":
		text = name + ": " + text
	case errors.As(err, &exit):
		text = fmt.Sprintf("%s ended with code %d", name, exit.ExitCode())
	default:
		text = name + " cannot be started: " + err.Error()
	}
	f := &Failure{Message: text}
	f.findPlace()
	f.findValues(said)
	return f
}

// recursed is what kustomize writes before the path of a kustomization that another one lists.
const recursed = "recursed accumulation of path '"

// firstSaid returns the first line that is no warning.
func firstSaid(said string) string {
	for line := range strings.Lines(said) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(strings.ToLower(strings.TrimLeft(line, "# ")), "warning") {
			return line
		}
	}
	return ""
}

// temporary makes the directory that a program runs in. Links are resolved, because paths are
// made relative to it.
func temporary() (string, func(), error) {
	dir, err := os.MkdirTemp("", "weir-render-")
	if err != nil {
		return "", nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		remove()
		return "", nil, err
	}
	return real, remove, nil
}

// listFlag writes a flag whose value is a list of one item.
func listFlag(name, item string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{item}) // to memory
	w.Flush()
	return name + "=" + strings.TrimSuffix(b.String(), "\n")
}
