package document

import "testing"

func TestPlaceholderDefault(t *testing.T) {
	for text, want := range map[string]string{
		"${replicas:=1}": "1", `${replicas:-"2"}`: "2", "${a:=b:c}": "b:c", "${replicas}": "", "${replicas:3}": "", "x${replicas:=1}": "", "${a${b:=1}}": "", "1": "", "${a:": "", "": "",
	} {
		if got := PlaceholderDefault(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What Traefik fills in from its environment leaves a file readable, in quotes of either kind.
func TestEnvironmentActions(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		engine     Engine
	}{
		{`a: "http://x/?to={{env "HOST"}}"`, "http://x/?to={{env  HOST }}", NoEngine},
		{"a: 'Host({{ env \"HOST\" }})'", `Host({{ env "HOST" }})`, NoEngine},
		{"a: \"{{env \"ONE\"}}\"\nb: '{{ env \"TWO\" }}'", "{{env  ONE }}", NoEngine},
		{`a: "{{ index .All "HOST" }}"`, "", GoTemplate},
		{"a: \"{{env \"ONE\"}}\"\nb: [c", "", GoTemplate},
	} {
		d, err := First("x.yaml", []byte(tt.text))
		if got := d.Root.Get("a").Str(); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
		if engine, _ := d.Template(err); engine != tt.engine {
			t.Errorf("%q: engine %d, want %d", tt.text, engine, tt.engine)
		}
	}
}

// A name in percent signs at the start of a value, or in number signs as the name of an object, is a placeholder of
// a release script. Elsewhere it is text or a comment, and what does not parse is a mistake.
func TestTokensInSigns(t *testing.T) {
	for text, want := range map[string]Engine{
		"name: shop\nappVersion: %VERSION%\n":      Tokens,
		"a:\n- %HOST%:8080\n":                      Tokens,
		"name: shop\nload: %5\n":                   NoEngine,
		"name: shop\nshare: %half of all% spent\n": NoEngine,
		"name: shop\npath: C:%HOME%\n":             NoEngine, // parses
		"metadata:\n  name: #appname#\n":           Tokens,
		"metadata:\n  name: shop #appname#\n":      NoEngine,
		"metadata:\n  name: #the shop's name\n":    NoEngine,
	} {
		d, err := First("x.yaml", []byte(text))
		if engine, _ := d.Template(err); engine != want {
			t.Errorf("%q: engine %d (%v), want %d", text, engine, err, want)
		}
	}
}
