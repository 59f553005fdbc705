package fix

import (
	"testing"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

// TestNamesAreText has names that are no plain words.
func TestNamesAreText(t *testing.T) {
	for _, tt := range []struct{ path, text, want string }{
		{"metadata.name", "123", `"123"`},
		{"metadata.namespace", "no", `"no"`},
		{"metadata.name", "cart", "cart"},
		{"metadata.labels[a]", "true", `"true"`},
		{"spec.replicas", "2", "2"},
	} {
		if got := flow(fieldValue(tt.path, tt.text), false); got != tt.want {
			t.Errorf("%s: %s is written as %s, want %s", tt.path, tt.text, got, tt.want)
		}
	}

	text := []byte("name: 'crat'\n")
	tree, err := parseTree(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := nameText(tree, named(tree.root, parsePath("name"), "crat")[0], "it's"); got != "'it''s'" {
		t.Errorf("in single quotes: %s", got)
	}

	edits := []analyze.FieldEdit{{Edit: policy.Edit{Op: policy.OpReplace, Path: "Name", Value: `a"b`}, Was: "crat"}}
	if list := nameLines([]byte(`Name = "crat"`), edits); len(list) != 1 || list[0].with != `a\"b` {
		t.Errorf("in a line: %v", list)
	}
}
