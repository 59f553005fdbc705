package rendering

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/delivery"
	_ "github.com/weirgraph/weir/internal/testlong"
)

// TestMain is also the program that the tests start.
func TestMain(m *testing.M) {
	word := ""
	if len(os.Args) > 1 {
		word = os.Args[1]
	}
	switch word {
	case "environment":
		dir, _ := os.Getwd()
		fmt.Println("DIRECTORY=" + dir)
		fmt.Println(strings.Join(os.Environ(), "\n"))
	case "flood":
		for line := bytes.Repeat([]byte("a: b\n"), 10_000); ; {
			if _, err := os.Stdout.Write(line); err != nil {
				return
			}
		}
	case "hang":
		time.Sleep(time.Hour)
	case "fail":
		fmt.Fprint(os.Stderr, "WARNING: something\nError: template: shop/charts/part/templates/web.yaml:12:20: no value\nUse --debug\n")
		os.Exit(1)
	case "template":
		fmt.Println(strings.Join(os.Args[1:], "\n"))
	default:
		os.Exit(m.Run())
	}
}

func started(t *testing.T, ctx context.Context, word string) (string, error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := start(ctx, t.TempDir(), program, word)
	return string(text), err
}

func TestProgramsGetAnEnvironmentOfTheirOwn(t *testing.T) {
	t.Setenv("SECRET_TOKEN", "s3cret")
	t.Setenv("HELM_PLUGINS", "/strangers/plugins")
	t.Setenv("KUBECONFIG", "/home/someone/.kube/config")
	t.Setenv("PATH", strings.Join([]string{".", "bin", "/usr/bin"}, string(filepath.ListSeparator)))
	text, err := started(t, context.Background(), "environment")
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"s3cret", "strangers", "someone"} {
		if strings.Contains(text, no) {
			t.Errorf("the program gets %q:\n%s", no, text)
		}
	}
	for _, want := range []string{"PATH=/usr/bin\n", "HTTPS_PROXY=http://127.0.0.1:9\n", "GIT_ALLOW_PROTOCOL=none\n", "HELM_PLUGINS="} {
		if !strings.Contains(text, want) {
			t.Errorf("the program does not get %q:\n%s", want, text)
		}
	}
	if wd, _ := os.Getwd(); strings.Contains(text, "DIRECTORY="+wd+"\n") {
		t.Errorf("the program runs in the directory of weir")
	}
}

func TestProgramsAreLimited(t *testing.T) {
	var failure *Failure
	if _, err := started(t, context.Background(), "flood"); !errors.As(err, &failure) || !strings.Contains(failure.Message, "more than 64 MB") {
		t.Errorf("a flood ends with %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := started(t, ctx, "hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a program that hangs ends with %v", err)
	}
}

func TestFailuresHaveTheirPlace(t *testing.T) {
	var failure *Failure
	if _, err := started(t, context.Background(), "fail"); !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.File != "shop/charts/part/templates/web.yaml" || failure.Line != 12 || failure.Column != 20 || strings.Contains(failure.Message, "WARNING") {
		t.Errorf("got %+v", failure)
	}
	chart := &delivery.Chart{Shown: "deploy/shop-chart"}
	if got := TemplatePath(chart, failure.File); got != "deploy/shop-chart/charts/part/templates/web.yaml" {
		t.Errorf("the template is %q", got)
	}
}

// Names of files and of releases are no flags, whatever they contain.
func TestArgumentsAreNoFlags(t *testing.T) {
	dir := t.TempDir()
	values := filepath.Join(dir, `--set a=b,"c".yaml`)
	if err := os.WriteFile(values, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, chart := Programs{helm: program}, &delivery.Chart{Dir: filepath.Join(dir, "--post-renderer"), Name: "Shop_1"}
	text, err := p.Chart(context.Background(), chart, &graph.Rendering{Files: []string{values}, Set: []string{"a=b"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "template\n--values=\"" + strings.ReplaceAll(values, `"`, `""`) + "\"\n--set=a=b\n--\nshop-1\n" + filepath.Join(dir, "--post-renderer") + "\n"
	if string(text) != want {
		t.Errorf("the arguments are\n%swant\n%s", text, want)
	}
	var failure *Failure
	if _, err := p.Chart(context.Background(), chart, &graph.Rendering{Release: "--debug"}); !errors.As(err, &failure) {
		t.Errorf("a release --debug gives %v", err)
	}
	if _, err := p.Chart(context.Background(), chart, &graph.Rendering{Files: []string{"https://example.com/values.yaml"}}); !errors.As(err, &failure) {
		t.Errorf("values of a URL give %v", err)
	}
}

func TestAddressedNamespace(t *testing.T) {
	service := func(name string) string {
		return "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: " + name + "\n"
	}
	for _, tt := range []struct{ text, want string }{
		{service("kiln") + service("wheel") + "---\nvalue: http://kiln.town.svc.cluster.local:80 https://wheel.town.svc/x\n", "town"},
		{service("kiln") + "---\nvalue: http://kiln.town.svc http://kiln.city.svc\n", ""},
		{service("kiln") + "---\nvalue: http://clay.city.svc\n", ""},
		{service("kiln") + "---\nvalue: http://kiln.example.com\n", ""},
		{"---\nkind: ServiceAccount\nmetadata:\n  name: kiln\n---\nvalue: http://kiln.town.svc\n", ""},
		{"", ""},
	} {
		if got := addressedNamespace([]byte(tt.text)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// A chart is rendered as the release whose Services its values address: three or more, and none as the release that it
// is rendered as.
func TestAddressedRelease(t *testing.T) {
	services := ""
	for _, name := range []string{"api", "web", "admin-api"} {
		services += "---\nkind: Service\nmetadata:\n  name: shop-" + name + "\n"
	}
	for _, tt := range []struct{ text, want string }{
		{"a: http://st-api\nb: https://st-web/x\nc: http://st-admin-api:80\n", "st"},
		{"a: http://st-api\nb: https://st-web/x\nc: http://st-admin:80\n", "shop"},
		{"a: http://st-api\nb: https://st-web/x\nc: http://st-admin-api\nd: http://shop-api\n", "shop"},
		{"a: http://st-api\nb: https://st-web/x\nc: http://st-admin-api\nd: http://x-api\ne: http://x-web\nf: http://x-admin-api\n", "shop"},
		{"a: http://shop-api\nb: http://shop-web\nc: http://shop-admin-api\n", "shop"},
		{"a: http://api.example.com\n", "shop"},
	} {
		if got := addressedRelease([]byte(services+"---\n"+tt.text), "shop"); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Of what a program says, the error counts, without the way to it, and no warning.
func TestFailureMessages(t *testing.T) {
	for _, tt := range []struct{ doc, said, want string }{
		{"warnings alone", "# Warning: 'vars' is deprecated.\nWARNING: too\n", "kustomize cannot be started: gone"},
		{"a warning and a line", "# Warning: 'vars' is deprecated.\nno such field\n", "kustomize: no such field"},
		{"a value with a template", "Error: template: x/templates/a.yaml:1:2: executing \"x\" at <tpl .Values.domain .>: error calling tpl: error during tpl function execution for \"{{.Vars.D}}\": template: gotpl:1:2: executing \"gotpl\" at <.Vars.D>: nil pointer evaluating interface {}.D\n", "a value of it needs .Vars.D"},
		{"an item of a list", "Error: template: x/templates/a.yaml:44:29: executing \"x/templates/a.yaml\" at <.backend.service.name>: nil pointer evaluating interface {}.service\n", "an item of its values needs .backend.service.name"},
		{"nested kustomizations", "Error: accumulating resources: accumulation err='...': recursed accumulation of path '/x/b': recursed accumulation of path '/x/c': no target for patch\n", "kustomize: no target for patch"},
	} {
		if got := failure("kustomize", errors.New("gone"), tt.said).Message; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.doc, got, tt.want)
		}
	}
}
