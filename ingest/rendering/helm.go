package rendering

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	"github.com/weirgraph/weir/internal/lazy"
)

// releaseName is what Helm takes as the name of a release.
var releaseName = lazy.NewRegexp(`^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$`)

// Chart renders a chart as r says: the paths in it are to be opened as they are. The error is
// a *Failure, a *MissingError or the one of ctx.
func (p Programs) Chart(ctx context.Context, c *delivery.Chart, r *graph.Rendering) ([]byte, error) {
	if p.helm == "" {
		return nil, &MissingError{"helm", "chart " + c.Shown}
	}
	release := r.Release
	if release == "" {
		release = strings.Trim(strings.ToLower(strings.ReplaceAll(c.Name, "_", "-")), "-.")
	}
	if !releaseName.MatchString(release) {
		return nil, &Failure{Message: fmt.Sprintf("%q is not the name of a release", release)}
	}
	dir, remove, err := temporary()
	if err != nil {
		return nil, &Failure{Message: "making a temporary directory: " + err.Error()}
	}
	defer remove()
	var args []string
	for _, file := range r.Files {
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
			return nil, &Failure{Message: fmt.Sprintf("there is no file %q with values", filepath.ToSlash(file))}
		}
		full, err := filepath.Abs(file)
		if err != nil {
			return nil, &Failure{Message: err.Error()}
		}
		args = append(args, listFlag("--values", full))
	}
	if r.Values != "" {
		own := filepath.Join(dir, "values.yaml")
		if err := os.WriteFile(own, []byte(r.Values), 0o600); err != nil {
			return nil, &Failure{Message: "writing values: " + err.Error()}
		}
		args = append(args, listFlag("--values", own))
	}
	for _, set := range r.Set {
		args = append(args, "--set="+set)
	}
	for _, set := range r.Strings {
		args = append(args, "--set-string="+set)
	}
	full, err := assemble(c, filepath.Join(dir, "chart"))
	if err != nil {
		return nil, &Failure{Message: err.Error()}
	}
	run := func(release, namespace string) ([]byte, error) {
		command := []string{"template"}
		if namespace != "" {
			command = append(command, "--namespace="+namespace)
		}
		command = append(command, args...)
		out, err := start(ctx, dir, p.helm, append(slices.Clip(command), "--", release, full)...)
		for _, version := range kubernetesVersions {
			var failure *Failure
			if !errors.As(err, &failure) || !failure.version {
				break
			}
			out, err = start(ctx, dir, p.helm, append(slices.Clip(command), "--kube-version="+version, "--", release, full)...)
		}
		return out, err
	}
	out, err := run(release, r.Namespace)
	if err != nil {
		return out, err
	}
	named, namespace := release, r.Namespace
	if r.Release == "" {
		named = addressedRelease(out, release)
	}
	if namespace == "" {
		namespace = addressedNamespace(out)
	}
	if named != release || namespace != r.Namespace {
		return run(named, namespace)
	}
	return out, nil
}

var (
	serviceKind   = lazy.NewRegexp(`(?m)^kind: *Service *\r?$`)
	objectName    = lazy.NewRegexp(`(?m)^  name: *["']?([a-z0-9-]+)["']? *\r?$`)
	qualifiedHost = lazy.NewRegexp(`\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b`)
)

// addressedHost is a host in an address.
var addressedHost = lazy.NewRegexp(`://([a-z0-9-]+)`)

// minAddressed is how many Services of a chart have to be addressed under the name of another release before
// the chart is taken for written for that one.
const minAddressed = 3

// addressedRelease returns the release whose Services the values of a chart address: those of "staging" if the text
// has "http://staging-api", "http://staging-web" and "http://staging-pages", and Services "api", "web" and "pages" with
// the name of the release before theirs, which is addressed by none. It is release if there is no such one, or several.
func addressedRelease(text []byte, release string) string {
	parts := map[string]bool{} // the names of Services without that of the release
	for _, object := range strings.Split(string(text), "\n---") {
		if m := objectName.FindStringSubmatch(object); m != nil && serviceKind.MatchString(object) {
			if part, ok := strings.CutPrefix(m[1], release+"-"); ok {
				parts[part] = true
			}
		}
	}
	addressed := map[string]map[string]bool{} // parts by release
	for _, m := range addressedHost.FindAllSubmatch(text, -1) {
		name, part := cutPart(string(m[1]), parts)
		if releaseName.MatchString(name) {
			if addressed[name] == nil {
				addressed[name] = map[string]bool{}
			}
			addressed[name][part] = true
		}
	}
	other := ""
	for name, parts := range addressed {
		if len(parts) >= minAddressed {
			if other != "" {
				return release
			}
			other = name
		}
	}
	if other == "" || len(addressed[release]) > 0 {
		return release
	}
	return other
}

// cutPart cuts the longest of the parts that a host ends with after a "-" off it. Without one, all is empty.
func cutPart(host string, parts map[string]bool) (name, part string) {
	if len(host) > maxHost {
		return "", ""
	}
	for i := range len(host) {
		if host[i] == '-' && parts[host[i+1:]] {
			return host[:i], host[i+1:]
		}
	}
	return "", ""
}

// maxHost is how long the name of a host can be (RFC 1035).
const maxHost = 253

// addressedNamespace returns the one namespace in which the text of a chart addresses Services of the
// chart itself: that is where it is to be installed. It is "" if there is none, or several.
func addressedNamespace(text []byte) string {
	own := map[string]bool{}
	for _, object := range strings.Split(string(text), "\n---") {
		if m := objectName.FindStringSubmatch(object); m != nil && serviceKind.MatchString(object) {
			own[m[1]] = true
		}
	}
	namespace := ""
	for _, m := range qualifiedHost.FindAllStringSubmatch(string(text), -1) {
		switch {
		case !own[m[1]], m[2] == namespace:
		case namespace != "":
			return ""
		default:
			namespace = m[2]
		}
	}
	return namespace
}

// kubernetesVersions are tried in turn for a chart that is not for the version which helm assumes
// without a cluster.
var kubernetesVersions = []string{"1.34.0", "1.31.0", "1.28.0", "1.25.0", "1.24.0", "1.22.0", "1.21.0", "1.18.0", "1.15.0"}

// templatePlace is how Helm names a place in a template: "shop/templates/web.yaml:12:20".
var templatePlace = lazy.NewRegexp(`([\w.-]+/(?:[\w./-]+/)?(?:templates|crds)/[\w./-]+)(?::(\d+)(?::(\d+))?)?`)

// findPlace fills in the first template that the message names.
func (e *Failure) findPlace() {
	m := templatePlace.FindStringSubmatch(e.Message)
	if m == nil {
		return
	}
	e.File = m[1]
	e.Line, _ = strconv.Atoi(m[2])
	e.Column, _ = strconv.Atoi(m[3])
}

var (
	otherVersion  = lazy.NewRegexp(`chart requires kubeVersion: (.+) which is incompatible with Kubernetes`)
	nilValue      = lazy.NewRegexp(`<\$?(\.Values\.[\w.]+)[^>]*>: nil pointer evaluating interface`)
	nilInValue    = lazy.NewRegexp(`error calling tpl: .*<\$?(\.[\w.]+)[^>]*>: nil pointer evaluating interface`)
	nilInItem     = lazy.NewRegexp(`<\$?\w*(\.[\w.]+)[^>]*>: nil pointer evaluating interface`) // of a range over values
	requiredValue = lazy.NewRegexp(`execution error at \([^)]*\): (.+)`)
	schemaValue   = lazy.NewRegexp(`(?m)^- (.+)$`)
)

// findValues finds out whether a chart failed because it takes values that it does not have itself.
func (e *Failure) findValues(said string) {
	needs := ""
	if m := otherVersion.FindStringSubmatch(e.Message); m != nil {
		needs, e.version = "it is for Kubernetes "+m[1], true
	} else if m := nilValue.FindStringSubmatch(e.Message); m != nil {
		needs = "it needs the value " + m[1]
	} else if m := nilInValue.FindStringSubmatch(e.Message); m != nil {
		needs = "a value of it needs " + m[1]
	} else if m := nilInItem.FindStringSubmatch(e.Message); m != nil {
		needs = "an item of its values needs " + m[1]
	} else if m := requiredValue.FindStringSubmatch(e.Message); m != nil {
		needs = "it asks for values: " + strings.TrimSpace(m[1])
	} else if strings.Contains(e.Message, "values don't meet the specifications of the schema") {
		needs = "its values are not those that its schema asks for"
		if m := schemaValue.FindStringSubmatch(said); m != nil {
			needs += ": " + strings.TrimSpace(m[1])
		}
	}
	if needs != "" {
		e.Message, e.Values = needs, true
	}
}

// TemplatePath returns the path of a template of a chart, as messages name it, by the path
// that Helm gives it: there it begins with the name of the chart.
func TemplatePath(c *delivery.Chart, source string) string {
	_, rest, _ := strings.Cut(source, "/")
	return c.Template(rest)
}

// assemble returns the directory of a chart with all its dependencies. Those beside it are
// put into a new directory with links to the files of both.
func assemble(c *delivery.Chart, to string) (string, error) {
	full, err := filepath.Abs(c.Dir)
	if err != nil || len(c.Beside) == 0 {
		return full, err
	}
	parts := filepath.Join(to, "charts")
	if err := os.MkdirAll(parts, 0o700); err != nil {
		return "", err
	}
	for _, from := range []string{"", "charts"} {
		entries, err := os.ReadDir(filepath.Join(full, from))
		if err != nil && from == "" {
			return "", err
		}
		for _, e := range entries {
			if from == "" && e.Name() == "charts" {
				continue
			}
			if err := os.Symlink(filepath.Join(full, from, e.Name()), filepath.Join(to, from, e.Name())); err != nil {
				return "", err
			}
		}
	}
	for name, part := range c.Beside {
		if name != part.Name {
			continue // an alias
		}
		place := filepath.Join(parts, name)
		dir, err := assemble(part, place)
		if err == nil && dir != place {
			err = os.Symlink(dir, place)
		}
		if err != nil {
			return "", err
		}
	}
	return to, nil
}
