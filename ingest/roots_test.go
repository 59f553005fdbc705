package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/graph/link"
	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/internal/testlong"
)

const refused = "it is outside the work tree"

// symlinks makes symbolic links, name to target, or skips the test.
func symlinks(t *testing.T, links map[string]string) {
	t.Helper()
	for name, target := range links {
		if err := os.Symlink(target, name); err != nil {
			t.Skip("this system has no symbolic links")
		}
	}
}

// TestOutside has inputs that lead out of what was shown, each in a directory beside a
// neighbour that must not be read. Lines of want have to be there; "leaked" never is.
func TestOutside(t *testing.T) {
	testlong.OneSize(t)
	secret := object("Service", "leaked") // also a line "name: leaked"
	const env = "KEY=leaked\n"
	web := func(lines string) string { return "services:\n  web:\n    image: x\n" + lines }
	use := `    environment: {U: "http://${KEY}.x/"}` + "\n"
	tests := []struct {
		name  string
		files map[string]string
		links map[string]string
		want  string // the place of the problem; "" if there is none
	}{
		{"link to a file", nil, map[string]string{"in/x.yaml": "../out/secret.yaml"}, "in/x.yaml"},
		{"absolute link to a file", nil, map[string]string{"in/x.yaml": "OUT/secret.yaml"}, "in/x.yaml"},
		{"link to a directory", nil, map[string]string{"in/x": "../out"}, "in/x"},
		{"link to a link", nil, map[string]string{"in/x.yaml": "y", "in/y": "../out/secret.yaml"}, "in/x.yaml"},
		{"link to the root", nil, map[string]string{"in/x": "/"}, "in/x"},
		{"link to the process", nil, map[string]string{"in/x": "/proc/self"}, "in/x"},
		{"link to the environment", nil, map[string]string{"in/x.yaml": "/proc/self/environ"}, "in/x.yaml"},
		{"compose: include", map[string]string{"in/compose.yaml": "include: [../out/compose.yaml]\n" + web("")}, nil, "in/compose.yaml:1:11"},
		{"compose: env_file of include", map[string]string{"in/compose.yaml": "include: [{path: inner.yaml, env_file: ../out/.env}]\n", "in/inner.yaml": web(use)}, nil, "in/compose.yaml:1:11"},
		{"compose: project_directory of include", map[string]string{"in/compose.yaml": "include: [{path: inner.yaml, project_directory: ../out}]\n", "in/inner.yaml": web(use)}, nil, "in/compose.yaml:1:11"},
		{"compose: extends", map[string]string{"in/compose.yaml": web("    extends: {file: ../out/compose.yaml, service: leaked}\n")}, nil, "in/compose.yaml:4:14"},
		{"compose: env_file", map[string]string{"in/compose.yaml": web("    env_file: ../out/.env\n")}, nil, "in/compose.yaml:4:15"},
		{"compose: env_file that is not required", map[string]string{"in/compose.yaml": web("    env_file: [{path: ../out/.env, required: false}]\n")}, nil, "in/compose.yaml:4:16"},
		{"compose: env_file of the process", map[string]string{"in/compose.yaml": web("    env_file: ../../../../../../../../../../proc/self/environ\n")}, nil, "in/compose.yaml:4:15"},
		{"compose: .env", map[string]string{"in/compose.yaml": web(use)}, map[string]string{"in/.env": "../out/.env"}, "in/compose.yaml:1:1"},
		{"compose: bind", map[string]string{"in/compose.yaml": web("    volumes: [\"../out/application.yaml:/config/application.yaml\"]\n")}, nil, "in/compose.yaml:4:15"},
		{"compose: bind of a directory", map[string]string{"in/compose.yaml": web("    volumes: [\"../out:/config\"]\n")}, nil, "in/compose.yaml:4:15"},
		{"compose: bind of source code", map[string]string{"in/compose.yaml": web("    volumes: [\"../:/workspace:cached\"]\n")}, nil, ""},
		{"compose: bind of a link", map[string]string{"in/compose.yaml": web("    volumes: [\"./a:/config\"]\n")}, map[string]string{"in/a": "../out"}, "in/a"},
		{"compose: file of a config", map[string]string{"in/compose.yaml": web("    configs: [c]\n") + "configs: {c: {file: ../out/application.yaml}}\n"}, nil, "in/compose.yaml:4:15"},
		{"compose: override", map[string]string{"in/compose.yaml": web("")}, map[string]string{"in/compose.override.yaml": "../out/compose.yaml"}, "in/compose.override.yaml"},
		{"compose: source, which a build needs and the graph does not", map[string]string{"in/compose.yaml": web("    build: ../out\n")}, nil, ""},
		{"compose: what is above", map[string]string{"in/compose.yaml": web(""), "compose.yaml": "name: leaked\ninclude: [in/compose.yaml]\n"}, nil, ""},
		{"compose: a path that does not exist", map[string]string{"in/compose.yaml": web("    volumes: [\"../data:/data\"]\n")}, nil, ""},
		{"chart above", map[string]string{"in/templates/a.yaml": "{{ .Values.x }}"}, map[string]string{"in/Chart.yaml": "../out/Chart.yaml"}, "in/Chart.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{
				"in/own.yaml": object("Service", "own"), "out/secret.yaml": secret, "out/.env": env, "out/Chart.yaml": "name: leaked\n",
				"out/compose.yaml":     "services: {leaked: {image: leaked, environment: {A_URL: 'http://leaked'}}}\n",
				"out/application.yaml": "spring: {application: {name: leaked}}\nu: {url: 'http://leaked/'}\n",
			}
			for name, text := range tt.files {
				files[name] = text
			}
			write(t, files)
			cwd, _ := os.Getwd()
			for name, target := range tt.links {
				symlinks(t, map[string]string{name: strings.Replace(target, "OUT", filepath.Join(cwd, "out"), 1)})
			}
			if _, above := files["compose.yaml"]; !above {
				writeFile(t, "compose.yaml", "")
			}
			got := readGraph(t, Options{}, "in")
			if strings.Contains(got, "leaked") {
				t.Errorf("a file outside is read:\n%s", got)
			}
			if refusals := strings.Count(got, refused); tt.want == "" && refusals > 0 || tt.want != "" && !strings.Contains(got, tt.want+": ") || tt.want != "" && refusals == 0 {
				t.Errorf("want it refused at %q:\n%s", tt.want, got)
			}
			for _, allowed := range []struct {
				why     string
				o       Options
				sources []string
			}{
				{"--follow-outside", Options{FollowOutside: true}, []string{"in"}},
				{"a source that has both", Options{}, []string{"in", "out", "compose.yaml"}},
				{"a work tree that has both", Options{}, []string{"in"}},
			} {
				if target := tt.links["in/x"] + tt.links["in/x.yaml"]; strings.HasPrefix(target, "/") {
					break // the whole system
				}
				if allowed.why == "a work tree that has both" {
					writeFile(t, ".git", "gitdir: elsewhere")
				}
				if got := readGraph(t, allowed.o, allowed.sources...); strings.Contains(got, refused) && !strings.Contains(tt.name, "process") {
					t.Errorf("with %s it is refused:\n%s", allowed.why, got)
				}
			}
		})
	}
}

// readGraph returns the problems of reading sources, and the services.
func readGraph(t *testing.T, o Options, sources ...string) string {
	t.Helper()
	var b link.Builder
	if err := Read(context.Background(), sources, o, &b); err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	for _, p := range b.Coverage.Problems {
		fmt.Fprintf(&s, "%s: %s\n", p.Origin, p.Message)
	}
	g := b.Build()
	for v := range graph.Node(g.Len()) {
		fmt.Fprintf(&s, "service %s\n", g.ID(v))
	}
	return s.String()
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestNamedLinks has links that a pattern of a shell may name.
func TestNamedLinks(t *testing.T) {
	write(t, map[string]string{
		"tree/.git/HEAD": "", "tree/a.yaml": object("Service", "a"), "out/b.yaml": object("Service", "b"), "plain/c.yaml": object("Service", "c"),
	})
	symlinks(t, map[string]string{
		"tree/away.yaml": "../out/b.yaml", "tree/away": "../out", "tree/own.yaml": "a.yaml", "plain/away.yaml": "../out/b.yaml", "tree/self": "/proc/self", "plain/self.yaml": "/proc/self/environ",
	})
	for source, allowed := range map[string]bool{
		"tree/away.yaml": false, "tree/away": false, "tree/away/b.yaml": false, "tree/aw*.yaml": false, "tree/self": false, "tree/self/status": false,
		"plain/self.yaml": false, "tree/own.yaml": true, "tree/a.yaml": true, "tree": false, "plain/away.yaml": true, "out": true, "tree/*wn.yaml": true,
	} {
		if runtime.GOOS != "linux" && strings.Contains(source, "self") {
			continue
		}
		got, err := read(t, Options{}, source)
		if err != nil || strings.Contains(got, refused) == allowed {
			t.Errorf("%s: allowed %v, want %v: %v\n%s", source, !allowed, allowed, err, got)
		}
		if strings.Contains(source, "self") || source == "tree" {
			continue
		}
		if got, err := read(t, Options{FollowOutside: true}, source); err != nil || strings.Contains(got, refused) {
			t.Errorf("%s with --follow-outside: %v\n%s", source, err, got)
		}
	}
}

// TestListedSources are those that a configuration lists.
func TestListedSources(t *testing.T) {
	write(t, map[string]string{"in/deep/a.yaml": object("Service", "a"), "out/b.yaml": object("Service", "b")})
	at := graph.Source{File: "in/weir.yaml"}.At(1, 11)
	for path, allowed := range map[string]bool{"in/deep": true, "in/d*/*.yaml": true, "out": false, "out/b.yaml": false, "out/*.yaml": false, "o*t": false, "/etc": false, "/**/b.yaml": false, "/etc/*.d": false} {
		got, err := read(t, Options{Listed: []native.Source{{Path: path, Origin: at}}})
		if err != nil || strings.Contains(got, refused) == allowed || !allowed && !strings.Contains(got, "in/weir.yaml:1:11: ") {
			t.Errorf("%s: allowed %v, want %v: %v\n%s", path, !allowed, allowed, err, got)
		}
	}
}

// TestOutsideRendered has charts and overlays that lead out: they are refused before a program
// is started, which may not be installed.
func TestOutsideRendered(t *testing.T) {
	const chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
	kustomization := func(field string) string { return "resources: [own.yaml]\n" + field + "\n" }
	at := graph.Source{File: "in/weir.yaml"}.At(3, 3)
	tests := []struct {
		name   string
		files  map[string]string
		links  map[string]string
		render Render
		want   string
	}{
		{"link in a chart", map[string]string{"in/c/Chart.yaml": chart}, map[string]string{"in/c/files": "../../out"}, Render{}, "in/c/files"},
		{"link in a linked part of a chart", map[string]string{"in/c/Chart.yaml": chart, "in/shared/a.txt": ""}, map[string]string{"in/c/files": "../shared", "in/shared/b": "../../out/secret"}, Render{}, "in/c/files/b"},
		{"dependency of a chart", map[string]string{"in/c/Chart.yaml": chart + "dependencies:\n- {name: d, version: 1.0.0, repository: \"file://../../out/d\"}\n", "out/d/Chart.yaml": strings.Replace(chart, "name: c", "name: d", 1)}, nil, Render{}, "in/c/Chart.yaml:5:41"},
		{"chart in weir.yaml", map[string]string{"out/c/Chart.yaml": chart}, nil, Render{Charts: []graph.Rendering{{Dir: "out/c", Origin: at}}}, "in/weir.yaml:3:3"},
		{"values in weir.yaml", map[string]string{"in/c/Chart.yaml": chart}, nil, Render{Charts: []graph.Rendering{{Dir: "in/c", Files: []string{"out/secret"}, Origin: at}}}, "in/weir.yaml:3:3"},
		{"overlay in weir.yaml", map[string]string{"out/o/kustomization.yaml": kustomization("")}, nil, Render{Overlays: []graph.Rendering{{Dir: "out/o", Origin: at}}}, "in/weir.yaml:3:3"},
		{"base of an overlay", map[string]string{"in/o/kustomization.yaml": kustomization("bases: [../../out]")}, nil, Render{}, "in/o/kustomization.yaml:2:9"},
		{"file of an overlay", map[string]string{"in/o/kustomization.yaml": kustomization("configMapGenerator: [{name: a, files: [x=../../out/secret]}]")}, nil, Render{}, "in/o/kustomization.yaml:2:40"},
		{"patch of an overlay that is a link", map[string]string{"in/o/kustomization.yaml": kustomization("patches: [{path: p.yaml}]")}, map[string]string{"in/o/p.yaml": "../../out/secret"}, Render{}, "in/o/kustomization.yaml:2:18"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"in/weir.yaml": "", "in/o/own.yaml": "", "out/secret": "leaked: true\n"}
			for name, text := range tt.files {
				files[name] = text
			}
			write(t, files)
			symlinks(t, tt.links)
			got, err := read(t, Options{Render: &tt.render}, "in")
			if err != nil || !strings.Contains(got, tt.want+": ") || !strings.Contains(got, refused) {
				t.Errorf("want it refused at %q: %v\n%s", tt.want, err, got)
			}
		})
	}
}
