package document

import (
	"testing"

	"github.com/weirgraph/weir/graph"
)

func TestEmbedded(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"block", "a: 1\ndata:\n  mesh: |-\n    x: 1\n    retries:\n      attempts: 5\n", "f.yaml:6:17"},
		{"block of spaced lines", "data:\n  mesh: |\n\n    retries:\n      attempts: 5\n", "f.yaml:5:17"},
		{"quoted", "data:\n  mesh: \"{retries: {attempts: 5}}\"\n", "f.yaml:2:31"},
		{"no mapping", "data:\n  mesh: \"[\"\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &Document{Facts: &graph.Facts{}, File: "f.yaml", part: Part{Text: []byte(tt.text)}}
			if err := d.Parse(); err != nil {
				t.Fatal(err)
			}
			in, err := d.Embedded(d.Root.Get("data", "mesh"))
			if err != nil {
				if tt.want != "" {
					t.Fatal(err)
				}
				return
			}
			if got := in.At(in.Root.Get("retries", "attempts")).String(); got != tt.want {
				t.Errorf("attempts is at %q, want %q", got, tt.want)
			}
		})
	}
}
