package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/weirgraph/weir/cmd"
	_ "github.com/weirgraph/weir/internal/testlong"
)

const shop = "../../testdata/estates/shop"

// connect starts a server about some sources, and returns a client of it.
func connect(t *testing.T, sources ...string) *mcp.ClientSession {
	t.Helper()
	e, err := newEstate(sources)
	if err != nil {
		t.Fatal(err)
	}
	near, far := mcp.NewInMemoryTransports()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go func() { _ = newServer(e).Run(ctx, far) }()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(ctx, near, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	return session
}

// ask calls a tool, and returns its answer, or its error.
func ask(t *testing.T, session *mcp.ClientSession, tool string, args map[string]any) (answer map[string]any, problem string) {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil {
		return nil, err.Error()
	}
	text := result.Content[0].(*mcp.TextContent).Text
	if result.IsError {
		return nil, text
	}
	if len(text) > pageBytes {
		t.Errorf("%s %v answers with %d bytes", tool, args, len(text))
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	return answer, ""
}

// command returns the report of a command line.
func command(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var out, talk bytes.Buffer
	cmd.Main(append(args, "-o", "json"), nil, &out, &talk)
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v: %v: %s", args, err, talk.String())
	}
	return report
}

func asJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// TestAnswersAreThoseOfTheCommands reads all pages of each tool and puts their lists together.
func TestAnswersAreThoseOfTheCommands(t *testing.T) {
	session := connect(t, shop)
	for _, tt := range []struct {
		tool string
		args map[string]any
		line []string
		list []string // where in the report
	}{
		{"check", nil, []string{"check", shop}, []string{"findings"}},
		{"check", map[string]any{"severity": "error"}, []string{"check", shop, "--severity", "error"}, []string{"findings"}},
		{"graph", map[string]any{"focus": "shop/checkout"}, []string{"graph", shop, "--focus", "shop/checkout", "--depth", "1"}, []string{"calls"}},
		{"show", map[string]any{"service": "shop/checkout"}, []string{"show", "shop/checkout", shop}, []string{"focus", "calls"}},
		{"blast", map[string]any{"service": "shop/pricing", "mode": "hang"}, []string{"blast", "shop/pricing", shop, "--mode", "hang"}, []string{"impacts", "services"}},
		{"path", map[string]any{"from": "shop/checkout", "to": "shop/accounts"}, []string{"path", "shop/checkout", "shop/accounts", shop}, []string{"path", "forward"}},
		{"policies", map[string]any{"missing": "timeout"}, []string{"policies", shop, "--missing", "timeout"}, []string{"policies"}},
		{"diff", map[string]any{"old": shop + "/basket.yaml", "new": shop}, []string{"diff", shop + "/basket.yaml", shop}, []string{"diff", "calls"}},
	} {
		find := func(report map[string]any) []any {
			var at any = report
			for _, key := range tt.list {
				if list, ok := at.([]any); ok {
					at = list[0]
				}
				at = at.(map[string]any)[key]
			}
			list, _ := at.([]any)
			return list
		}
		want := find(command(t, tt.line...))
		if len(want) == 0 {
			t.Errorf("%v has no %v", tt.line, tt.list)
		}
		args := map[string]any{"limit": 3}
		for key, value := range tt.args {
			args[key] = value
		}
		var got []any
		pages := 0
		for {
			answer, problem := ask(t, session, tt.tool, args)
			if problem != "" {
				t.Fatalf("%s %v: %s", tt.tool, args, problem)
			}
			items := find(answer)
			if pages++; pages == 1 || len(want) > 1 {
				got = append(got, items...)
			}
			if answer["cursor"] == nil {
				break
			}
			args = map[string]any{"cursor": answer["cursor"]}
		}
		if asJSON(got) != asJSON(want) {
			t.Errorf("%s %v has in %d pages\n%s, want\n%s", tt.tool, tt.args, pages, asJSON(got), asJSON(want))
		}
	}
}

// TestErrorsHaveHints asks what cannot be answered.
func TestErrorsHaveHints(t *testing.T) {
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "a.yaml"), []byte("services: [{name: secret}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for name, text := range map[string]string{"a.yaml": "services: [{name: a, calls: [b]}, {name: b}]\n", "-x.yaml": "services: [{name: x}]\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(outside, "a.yaml"), filepath.Join(root, "link.yaml")); err != nil {
		t.Skip(err)
	}
	session := connect(t, root)
	for _, tt := range []struct {
		tool string
		args map[string]any
		want string
	}{
		{"show", map[string]any{"service": "aa"}, `did you mean "a"?`},
		{"show", nil, `the argument "service" is missing`},
		{"graph", nil, `the argument "focus" is missing`},
		{"path", map[string]any{"from": "a"}, `the argument "to" is missing`},
		{"blast", map[string]any{"service": "a", "mode": "explode"}, "--mode"},
		{"blast", map[string]any{"service": "--help"}, "no service"},
		{"check", map[string]any{"severity": "huge"}, "--severity"},
		{"check", map[string]any{"sources": []string{outside}}, "is not below what weir-mcp was started with"},
		{"check", map[string]any{"sources": []string{root + "/../" + filepath.Base(outside)}}, "not below"},
		{"check", map[string]any{"sources": []string{root + "/link.yaml"}}, "not below"},
		{"check", map[string]any{"sources": []string{outside + "/missing"}}, "not below"},
		{"check", map[string]any{"sources": []string{root + "/missing"}}, "no file or directory"},
		{"check", map[string]any{"sources": []string{"-"}}, "not below"},
		{"check", map[string]any{"sources": []string{"--config=" + outside + "/a.yaml"}}, "not below"},
		{"diff", map[string]any{"old": outside}, "not below"},
		{"diff", map[string]any{"old": "git:main:" + outside}, "not below"},
		{"check", map[string]any{"cursor": "zzz"}, "leave it out"},
		{"check", map[string]any{"cursor": "OTk6MA"}, "ask again without it"},
		{"check", map[string]any{"rules": "x"}, "rules"},
	} {
		if answer, problem := ask(t, session, tt.tool, tt.args); !strings.Contains(problem, tt.want) {
			t.Errorf("%s %v: %q %v, want %q", tt.tool, tt.args, problem, asJSON(answer), tt.want)
		}
	}
	if answer, problem := ask(t, session, "check", nil); problem != "" || strings.Contains(asJSON(answer), "secret") {
		t.Errorf("a link out of the root is read: %v %s", asJSON(answer), problem)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 3 {
		t.Errorf("files were written: %v %v", entries, err)
	}
}

// TestTools holds that each tool says what it is for, and that it only reads.
func TestTools(t *testing.T) {
	list, err := connect(t, shop).ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
		if tool.Description == "" || !tool.Annotations.ReadOnlyHint {
			t.Errorf("tool %s: %q", tool.Name, tool.Description)
		}
	}
	if got, want := strings.Join(names, " "), "blast check diff graph path policies show"; got != want {
		t.Errorf("tools %q, want %q", got, want)
	}
}
