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
